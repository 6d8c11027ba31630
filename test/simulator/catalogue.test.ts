import { CATALOGUE, exactName, nearestName } from '../../simulator/catalogue';
import { type Row } from '../../simulator/catalogue/row';
import { sandbox, shop } from './sandbox';

const rows: [string, Row][] = Object.entries(CATALOGUE);

/** Texts that somebody was really given, or that Meta documents. */
test.each([
  [190, 460, 'because the user changed their password or Facebook has changed the session'],
  [190, 467, 'The session is invalid because the user logged out.'],
  [190, 464, 'because the user is not a confirmed user.'],
  [190, 490, 'The user is enrolled in a blocking, logged-in checkpoint'],
  [4, 1349210, 'Application request limit reached'],
  [10, 2534022, 'This message is sent outside of allowed window.'],
  [100, 2534014, 'The requested user cannot be found'],
  [551, undefined, "This person isn't available right now."],
  [200, 1545041, "This person isn't available right now."],
  [613, 2534040, 'Calls to this api have exceeded the rate limit.'],
  [9000001, undefined, 'This Message has been deleted by the user or the business.'],
  [2500, undefined, 'Syntax error at character 0'],
])('%i/%s as a fault has its literal text', async (code, subcode, text) => {
  const box = sandbox();
  const { token } = shop(box);
  box.simulator.addFault({ match: {}, error: { code, ...(subcode !== undefined && { subcode }) } });
  const { body } = await box.get('/me', { access_token: token });
  expect(body.error.code).toBe(code);
  expect(body.error.error_subcode).toBe(subcode);
  expect(body.error.message).toContain(text);
});

test('every code of the error reference has a row', () => {
  const codes = [1, 2, 3, 4, 9, 10, 17, 32, 100, 102, 104, 190, 200, 341, 368, 452, 506, 551, 613, 803];
  const more = [2500, 36103, 80001, 80002, 80006, 9000001];
  expect([...codes, ...more].filter((code) => !nearestName(code))).toEqual([]);
});

test.each([
  [10, [1893063, 2018108, 2018278, 2534022, 2534077]],
  [100, [33, 2018001, 2534014, 2534015, 2534029, 2534037]],
  [190, [458, 459, 460, 461, 462, 463, 464, 467, 490]],
  [200, [1545041, 2534041]],
])('code %i knows its subcodes', (code, subcodes) => {
  expect(subcodes.filter((subcode) => !exactName(code, subcode))).toEqual([]);
});

test('a code and subcode has one meaning', () => {
  const pairs = rows.filter(([, { subcode }]) => subcode !== undefined);
  const keys = pairs.map(([, { code, subcode }]) => `${code}/${subcode}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each([613, 551, 368, 80002, 102])('code %i comes with status 400', (code) => {
  const name = nearestName(code);
  expect(name && CATALOGUE[name].status).toBe(400);
});

test('only codes 1 and 2 are transient', () => {
  expect(rows.filter(([, { transient }]) => transient).map(([, { code }]) => code)).toEqual([1, 2]);
});
