/** What an operator reads in the console. */

export function signInText() {
  return {
    title: 'Sign in to Evergrant',
    text: 'Use an API key with the scope admin, or a link that “npx evergrant console” prints.',
    linkText: 'This link signs you in once. It works for 10 minutes after it was made.',
    field: 'API key',
    action: 'Sign in',
    refusals: {
      key: 'This key does not work here. It must be valid and have the scope admin.',
      link: 'This link has been used, or is older than 10 minutes. Make a new one with “npx evergrant console”.',
    },
  };
}

export function consoleText(name: string) {
  return {
    title: 'Evergrant console',
    signedInAs: `You are signed in as ${name}. The session ends after 12 hours, or when its key is revoked.`,
    connections: 'Connections',
    none: 'There are none yet. “npx evergrant connect” makes the first.',
    signOut: 'Sign out',
  };
}
