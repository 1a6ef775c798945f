import { z } from 'zod'
import type { Answers } from './answers.ts'
import type { Problem } from './problems.ts'

/** RFC 6749, 5.2 and 4.1.2.1; RFC 7009, 2.2.1. `mfa_required` is what others call it too. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'mfa_required'
  | 'temporarily_unavailable'
  | 'server_error'

/** RFC 6749, 3.2: one that is sent without a value is as good as left out. */
export const parameter: z.ZodType<string | undefined> = z
  .string()
  .optional()
  .transform((value) => value || undefined)

/** For clients of HTTP/1.0, as RFC 6749, 5.1 asks for. */
export const noCache = { pragma: 'no-cache' }

/** An error as OAuth writes it. */
export function oauthError(
  answers: Answers,
  requestId: string,
  { error, description, status = 400, headers, more }: OAuthError,
): Response {
  const body = { error, error_description: plain(description), ...more }
  return answers.json(requestId, status, body, { ...noCache, ...headers })
}

export interface OAuthError {
  readonly error: OAuthErrorCode
  readonly description: string
  readonly status?: number
  /** With what to go on. */
  readonly more?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** What a guard refuses, in the words of OAuth: whatever is wrong with a request is an `invalid_request`. */
export function refuseOAuth(answers: Answers, requestId: string, problem: Problem): Response {
  const { code, status, detail, headers } = problem
  const description =
    code === 'unsupported_media_type'
      ? 'Send application/x-www-form-urlencoded, in UTF-8 and not compressed.'
      : detail
  return oauthError(answers, requestId, {
    error: errorOf(status),
    description,
    // 400, unless it is about the message itself.
    status: status >= 500 || kept.has(status) ? status : 400,
    ...(headers && { headers }),
  })
}

/** Too slow, too large, too many. */
const kept: ReadonlySet<number> = new Set([408, 413, 429])

function errorOf(status: number): OAuthErrorCode {
  if (status === 503 || status === 429) return 'temporarily_unavailable'
  return status >= 500 ? 'server_error' : 'invalid_request'
}

/** The characters that RFC 6749, 5.2 has for descriptions. */
function plain(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'")
}
