import { type Router, TAGS } from '../router';

const version = '1.0.0';

/** The API as an OpenAPI 3.1 document. @see https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(app: Router, publicUrl: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Evergrant',
      version,
      description:
        'Keeps Instagram connections alive. Times are ISO 8601 UTC with milliseconds. Lists return `{data, nextCursor}`. Errors are problem documents (RFC 9457).',
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  });
}
