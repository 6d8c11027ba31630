import { GRAPH_METHOD, INSTAGRAM, OAUTH, row, type Row, withSubcode } from './row';

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes */
export const REQUEST_ROWS = {
  invalid_parameter: row(400, INSTAGRAM, 100, 'Invalid parameter'),
  unsupported_request: row(400, INSTAGRAM, 100, 'Unsupported request - method type: {method}'),
  too_young_to_refresh: row(
    400,
    INSTAGRAM,
    100,
    'The access token must be at least 24 hours old to be refreshed.',
  ),
  unknown_webhook_field: row(
    400,
    OAUTH,
    100,
    '(#100) Param subscribed_fields[{index}] must be one of {fields}',
  ),
  nonexisting_field: row(400, INSTAGRAM, 100, 'Tried accessing nonexisting field ({field})'),
  object_missing: withSubcode(
    400,
    INSTAGRAM,
    100,
    33,
    "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
  ),
  proof_missing: row(400, GRAPH_METHOD, 100, 'API calls from the server require an appsecret_proof argument'),
  proof_wrong: row(400, GRAPH_METHOD, 100, 'Invalid appsecret_proof provided in the API argument'),
  syntax_error: row(400, OAUTH, 2500, 'Syntax error at character {position}'),
  unknown_path: row(400, OAUTH, 2500, 'Unknown path components: {path}'),
  token_needed: row(
    400,
    OAUTH,
    2500,
    'An active access token must be used to query information about the current user.',
  ),
  signature_needed: row(400, OAUTH, 104, '(#104) Requires valid signature'),
  alias_missing: row(
    400,
    INSTAGRAM,
    803,
    '(#803) Cannot query users by their username or some of the aliases you requested do not exist: {id}',
  ),
  duplicate: row(400, OAUTH, 506, '(#506) Duplicate status message'),
  permission_missing: row(400, INSTAGRAM, 10, '(#10) Application does not have permission for this action'),
  permission_required: row(403, OAUTH, 200, '(#200) Requires instagram_business_manage_messages permission'),
  capability_missing: row(
    400,
    OAUTH,
    3,
    '(#3) Application does not have the capability to make this API call.',
  ),
} satisfies Record<string, Row>;
