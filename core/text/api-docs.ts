export const API_TEXT = {
  title: 'API',
  heading: 'Evergrant API',
  header: 'Send this header with every request:',
  example: 'Authorization: Bearer <key>',
  machine: 'OpenAPI document:',
  file: 'openapi.json',
  problems: 'Errors',
  needs: (scope: string, embed = false) =>
    `Needs the scope \`${scope}\`${embed ? ', or an embed token' : ''}.`,
  body: (method: string, path: string) => `Example body of ${method} ${path}`,
} as const;
