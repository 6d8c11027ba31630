/** What Instagram answers when it refuses: status, type, code, subcode and literal text. */
export interface Row {
  readonly status: number;
  readonly type: string;
  readonly code: number;
  readonly subcode?: number;
  readonly transient?: true;
  /** `{name}` is filled in from the values given to `refuse`. */
  readonly message: string;
}

export const OAUTH = 'OAuthException';
export const INSTAGRAM = 'IGApiException';
export const GRAPH_METHOD = 'GraphMethodException';

export const row = (status: number, type: string, code: number, message: string): Row => ({
  status,
  type,
  code,
  message,
});

export const withSubcode = (
  status: number,
  type: string,
  code: number,
  subcode: number,
  message: string,
): Row => ({ status, type, code, subcode, message });
