import { SIGN_IN_TEXT } from '../../core/text/console-shell';
import { CONSOLE } from '../middleware/headers';
import { type Frame } from '../frame';
import { Layout } from '../owner/layout';

/** Sign-in with a key. @param refused which attempt failed before */
export function SignInPage({ frame, refused }: { frame: Frame; refused: 'key' | 'link' | null }) {
  const { title, text, field, action, refusals } = SIGN_IN_TEXT;
  return (
    <Layout title={title} frame={frame}>
      <h1>{title}</h1>
      {refused && (
        <p class="bad" role="alert">
          {refusals[refused]}
        </p>
      )}
      <p>{text}</p>
      <form method="post" action={`${CONSOLE}/sign-in`}>
        <p>
          <label for="key">{field}</label>
          <input id="key" name="key" type="password" autocomplete="current-password" required />
        </p>
        <button type="submit">{action}</button>
      </form>
    </Layout>
  );
}

/** The page of a sign-in link. Its button redeems the link. */
export function SignInLinkPage({ frame, action }: { frame: Frame; action: string }) {
  const { title, linkText, action: label } = SIGN_IN_TEXT;
  return (
    <Layout title={title} frame={frame}>
      <h1>{title}</h1>
      <p>{linkText}</p>
      <form method="post" action={action}>
        <button type="submit">{label}</button>
      </form>
    </Layout>
  );
}
