/** Around the routes and problems, which describe themselves. */
export const API_TEXT = {
  title: 'API',
  heading: 'Evergrant API',
  header: 'With every request send',
  example: 'Authorization: Bearer <key>',
  machine: 'For programs the same is in',
  file: 'openapi.json',
  problems: 'Problems',
} as const;
