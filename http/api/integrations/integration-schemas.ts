import { z } from '@hono/zod-openapi';
import { ACTION_LABELS, BANNER_ACTIONS, STILL_RETRYING } from '../../../core/text/banner';
import { CAPABILITY_STATES } from '../../../core/messaging/capability';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import { emailAddress, instant, ref, returnTo } from '../schemas';

/** Schemas of integrations. */

const banner = z.object({
  level: z.enum(['warning', 'error']).openapi({ description: '`warning`: amber. `error`: red.' }),
  cause: z
    .enum(['owner', 'provider', 'service'])
    .openapi({ description: 'Who caused it: the owner, Instagram, or Evergrant.' }),
  text: z.string().openapi({
    example: 'The connection to Instagram (@shop) ends on 20 July 2026.',
    description: 'Sentence for the owner.',
  }),
  note: z.string().nullable().openapi({
    description: 'Second sentence, while more than 3 days remain and refreshes are not paused.',
    example: STILL_RETRYING,
  }),
  actions: z
    .array(
      z.object({
        kind: z.enum(BANNER_ACTIONS).openapi({
          description:
            '`check_again`: call `POST …/recheck`. `reconnect`: send the owner to a link from `POST …/connect-links`. Ignore unknown kinds.',
        }),
        label: z.string().openapi({ description: 'Label of the button.', example: ACTION_LABELS.reconnect }),
      }),
    )
    .openapi({ description: 'Buttons for the owner, in this order.' }),
});

const lastError = z.object({
  code: z.string().openapi({
    example: '190',
    description: "Evergrant's code, Instagram's numeric code as text, `http_<status>` or `no_answer`.",
  }),
  subcode: z
    .number()
    .nullable()
    .openapi({
      example: 460,
      description: "Instagram's error subcode.",
      externalDocs: { url: 'https://developers.facebook.com/docs/graph-api/guides/error-handling' },
    }),
  class: z
    .string()
    .openapi({ example: 'transient', description: 'Kind of failure, such as `transient` or `throttled`.' }),
  at: instant.openapi({ description: 'When it happened.' }),
  text: z.string().openapi({
    example: 'Instagram did not answer.',
    description: 'Description for people, without text from Instagram.',
  }),
});

const capabilities = z.object({
  messages: z.enum(CAPABILITY_STATES).openapi({
    description:
      'Whether messages can be read and sent. `unknown`: not tried since the account was connected. `permission_missing`: the owner does not allow it, and can by reconnecting. `app_access_missing`: Meta does not give the app that access. `other_app`: another app handles the conversations.',
  }),
  subscription: z.enum(['subscribed', 'refused', 'unknown']).openapi({
    description:
      'Whether Instagram delivers what comes in. `refused`: it is asked again daily. `unknown`: not asked yet, or without an answer.',
  }),
  subscriptionError: z
    .object({
      code: z.string().openapi({ example: '10', description: 'As in `lastError`.' }),
      subcode: z.number().nullable().openapi({ example: null, description: "Instagram's error subcode." }),
      at: instant.openapi({ description: 'When it was refused.' }),
      text: z.string().openapi({
        example: 'Instagram refused the subscription.',
        description: 'Description for people, without text from Instagram.',
      }),
    })
    .nullable()
    .openapi({ description: 'Why the last subscription failed; null: it did not.' }),
});

export const Integration = z
  .object({
    id: z
      .string()
      .openapi({ description: 'ID of the integration.', example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    provider: z.literal('instagram').openapi({ description: 'Where the account is: Instagram.' }),
    capabilities: capabilities.openapi({
      description: 'What the connection can do besides handing out tokens.',
    }),
    ownerRef: z.string().openapi({ example: 'shop-1', description: "Your customer's ID." }),
    externalId: z
      .string()
      .nullable()
      .openapi({ example: 'inbox-7', description: 'Your ID of the connection.' }),
    contact: z
      .object({
        email: z.string().openapi({ example: 'jo@shop.example', description: 'Email address of the owner.' }),
      })
      .nullable()
      .openapi({ description: 'Recipient of emails; null: operators receive them.' }),
    account: z
      .object({
        id: z
          .string()
          .openapi({ example: '17841400000000001', description: "ID of Instagram's professional account." }),
        username: z.string().nullable().openapi({ example: 'shop', description: 'Username, without @.' }),
      })
      .nullable()
      .openapi({ description: 'The connected Instagram account; null: not connected yet.' }),
    state: z.enum(STATES).openapi({ description: 'State of the connection.' }),
    usable: z.boolean().openapi({ description: 'Whether the token may be used now.' }),
    reconnectRequired: z.boolean().openapi({ description: 'Whether only the owner can restore it.' }),
    reason: z
      .enum(REASONS)
      .nullable()
      .openapi({ description: 'Why it is `expired`; null in every other state.' }),
    scopes: z.array(z.string()).openapi({
      example: ['instagram_business_basic', 'instagram_business_manage_messages'],
      description:
        "Instagram's permissions that the owner granted. Of an imported token only those that a call has proven.",
    }),
    tokenVersion: z
      .number()
      .int()
      .openapi({ example: 3, description: 'Version of the current token, from 1. 0: not connected yet.' }),
    issuedAt: instant.nullable().openapi({ description: 'When the current token was issued.' }),
    expiresAt: instant.nullable().openapi({ description: 'When the current token expires.' }),
    refreshAt: instant.nullable().openapi({ description: 'When the next refresh is planned.' }),
    nextAttemptAt: instant
      .nullable()
      .openapi({ description: 'When a failed refresh or recovery is retried; null: none is pending.' }),
    failedAttempts: z.number().int().openapi({ example: 0, description: 'Refreshes that failed in a row.' }),
    lastError: lastError.nullable().openapi({ description: 'The last failed refresh or check.' }),
    paused: z.boolean().openapi({ description: 'Whether scheduled refreshes are paused.' }),
    banner: banner.nullable().openapi({ description: 'What to show to the owner; null: nothing.' }),
    reconnectUrl: z.string().nullable().openapi({
      example: 'https://evergrant.example.com/connect/…',
      description:
        'Signed link for the owner, within 7 days of expiry and after it. Valid until a newer token version exists. null for keys without the scope `operate`.',
    }),
    temporal: z
      .object({
        workflowId: z.string().openapi({
          example: 'token-lifecycle/int_0a1b2c3d4e5f6g7h8j9kmnpq',
          description: 'Workflow ID of the lifecycle.',
        }),
        runId: z.string().nullable().openapi({
          example: '0198a3b2-6d1c-7f3e-9a4b-5c6d7e8f9a0b',
          description: 'Its current run; null in lists, and if Temporal is not responding.',
        }),
      })
      .nullable()
      .openapi({ description: 'The lifecycle in Temporal; null: none is running.' }),
    createdAt: instant.openapi({ description: 'When the integration was created.' }),
    updatedAt: instant.openapi({ description: 'When the integration last changed.' }),
  })
  .openapi('Integration');

/** An instant from a client, with any offset or fraction. */
const givenInstant = z.iso.datetime({ offset: true }).max(40);
const contact = z
  .strictObject({
    email: emailAddress.openapi({ example: 'jo@shop.example', description: 'Email address of the owner.' }),
  })
  .openapi({ description: 'Recipient of emails about this connection.' });
const ownerRef = ref("Your customer's ID.", 'shop-1');
const externalId = ref('Your ID of the connection.', 'inbox-7');

export const NewIntegration = z
  .strictObject({
    provider: z.literal('instagram').openapi({ description: 'Where the account is: Instagram.' }),
    ownerRef,
    externalId: externalId.optional(),
    contact: contact.optional(),
    returnTo: returnTo.optional(),
    grant: z
      .strictObject({
        accessToken: z
          .string()
          .max(2_000)
          .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
          .openapi({ example: 'IGAAexampletoken', description: 'A long-lived access token.' }),
        expiresAt: givenInstant.optional().openapi({
          example: '2026-07-20T04:00:00.000Z',
          description: 'When the token expires. Default: 60 days after `issuedAt`.',
        }),
        issuedAt: givenInstant.optional().openapi({
          example: '2026-05-21T04:00:00.000Z',
          description: 'When the token was issued. Default: 60 days before `expiresAt`, or now.',
        }),
      })
      .optional()
      .openapi({ description: 'A token of another system to import. Needs the scope `admin`.' }),
  })
  .openapi('NewIntegration');

export const ChangedIntegration = z
  .strictObject({
    contact: contact.nullable().optional(),
    externalId: externalId.nullable().optional(),
    ownerRef: ownerRef.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must contain at least one change')
  .openapi('ChangedIntegration', { minProperties: 1 });

export const CreatedIntegration = z.object({
  integration: Integration,
  connectUrl: z.string().optional().openapi({
    example: 'https://evergrant.example.com/connect/…',
    description: 'URL for the owner. Absent with `grant`.',
  }),
  expiresAt: z.string().optional().openapi({
    example: '2026-05-22T04:00:00.000Z',
    description: 'When `connectUrl` expires (ISO 8601). Absent with `grant`.',
  }),
});
