// Calls Instagram with a token of Evergrant's over HTTP: go run ./profile int_…
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Evergrant itself waits up to 20 seconds for a decision.
var web = &http.Client{Timeout: 25 * time.Second}

// evergrant sends a GET, or with a body a POST, and reads the answer or the problem document.
func evergrant(integration, path string, body any, answer any) error {
	method, data := "GET", []byte(nil)
	if body != nil {
		method = "POST"
		data, _ = json.Marshal(body)
	}
	request, err := http.NewRequest(method, os.Getenv("EVERGRANT_URL")+"/v1/integrations/"+integration+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header = http.Header{"Authorization": {"Bearer " + os.Getenv("EVERGRANT_API_KEY")}, "Content-Type": {"application/json"}}
	response, err := web.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		problem, _ := io.ReadAll(response.Body)
		return fmt.Errorf("evergrant: %s", problem)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

func profile(integration string, mayRepeat bool) (string, error) {
	var token struct {
		AccessToken string
		Version     int
	}
	if err := evergrant(integration, "/token", nil, &token); err != nil {
		return "", err
	}
	response, err := web.Get(os.Getenv("INSTAGRAM_GRAPH_URL") + "/v25.0/me?fields=username&access_token=" + token.AccessToken)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		Username string
		Error    struct{ Code int }
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	if code := answer.Error.Code; err != nil || (code != 190 && code != 102) || !mayRepeat {
		return answer.Username, err
	}
	// The token was refused. What becomes of it?
	var decision struct{ Outcome string }
	report := map[string]int{"version": token.Version, "code": answer.Error.Code}
	if err := evergrant(integration, "/token-rejections", report, &decision); err != nil {
		return "", err
	}
	if decision.Outcome == "expired" || decision.Outcome == "undecided" {
		return "", fmt.Errorf("the token is %s", decision.Outcome)
	}
	return profile(integration, false)
}

func main() {
	username, err := profile(os.Args[1], true)
	if err != nil {
		panic(err)
	}
	fmt.Println(username)
}
