import type { PasswordPolicy } from '../core/passwords/index.ts'
import { type FieldProblem, fieldText } from './texts.ts'

/** The names of refusals, for programs. */
export type ProblemCode =
  | 'malformed_json'
  | 'duplicate_name'
  | 'forbidden_name'
  | 'too_deep'
  | 'bad_encoding'
  | 'duplicate_parameter'
  | 'bad_request'
  | 'query_not_allowed'
  | 'email_taken'
  | 'not_authenticated'
  | 'invalid_session'
  | 'invalid_token'
  | 'invalid_refresh_token'
  | 'invalid_credentials'
  | 'wrong_password'
  | 'reauthentication_required'
  | 'wrong_code'
  | 'passkey_refused'
  | 'login_expired'
  | 'no_factor'
  | 'already_confirmed'
  | 'last_factor'
  | 'passkey_known'
  | 'too_many_passkeys'
  | 'no_enrolment'
  | 'too_many_sessions'
  | 'cross_site'
  | 'form_token'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'expectation_failed'
  | 'invalid_fields'
  | 'rate_limited'
  | 'headers_too_large'
  | 'client_closed'
  | 'internal_error'
  | 'overloaded'
  | 'store_unavailable'

type ProblemKind = readonly [status: number, title: string, detail: string]

/** Every refusal and fault that can leave the server: status, title and text. Stable; listed in docs/reference. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  malformed_json: [400, 'Malformed JSON', 'The body is not valid JSON.'],
  duplicate_name: [400, 'Ambiguous JSON', 'An object in the body has the same name twice.'],
  forbidden_name: [400, 'Forbidden name', 'An object in the body has a name that is not allowed.'],
  too_deep: [400, 'Nested too deeply', 'The body is nested more deeply than is allowed.'],
  bad_encoding: [400, 'Bad encoding', 'The request holds text that is not valid UTF-8.'],
  duplicate_parameter: [400, 'Ambiguous request', 'A parameter or header is given more than once.'],
  bad_request: [400, 'Bad request', 'The request cannot be understood.'],
  query_not_allowed: [
    400,
    'Parameters in the address',
    'Send parameters in the body: addresses end up in logs and histories.',
  ],
  email_taken: [400, 'E-mail taken', 'Email already registered'],
  not_authenticated: [401, 'Not authenticated', 'Not authenticated'],
  invalid_session: [401, 'Not authenticated', 'Invalid session'],
  invalid_token: [401, 'Not authenticated', 'Invalid token'],
  invalid_refresh_token: [401, 'Not authenticated', 'Invalid refresh token'],
  invalid_credentials: [401, 'Invalid credentials', 'Invalid credentials'],
  wrong_code: [401, 'Wrong code', 'That code was not accepted. It may be wrong, or used already.'],
  login_expired: [
    401,
    'Sign in again',
    'This sign-in took too long or had too many tries. Please begin again with your password.',
  ],
  wrong_password: [403, 'Wrong password', 'The current password is wrong.'],
  passkey_refused: [
    401,
    'Passkey not accepted',
    'That passkey was not accepted. It may have been removed, or the answer came too late.',
  ],
  reauthentication_required: [
    403,
    'Confirm that it is you',
    'This needs a recent proof of who you are: send one of the methods to POST /confirm first.',
  ],
  no_factor: [409, 'No such factor', 'This account has no such factor, or none at all.'],
  last_factor: [
    409,
    'Required here',
    'A second factor is required here, and this is the last one. Please set up another one first.',
  ],
  passkey_known: [409, 'Added already', 'That passkey is in use already.'],
  too_many_passkeys: [
    409,
    'Too many passkeys',
    'This account has as many passkeys as it may have. Please remove one first.',
  ],
  already_confirmed: [
    409,
    'Set up already',
    'This account has an authenticator app. Please remove it first.',
  ],
  no_enrolment: [
    409,
    'Nothing to confirm',
    'No authenticator app is being set up, or its time is over. Please begin again.',
  ],
  too_many_sessions: [
    403,
    'Signed in too often',
    'You are signed in on as many devices as you may be. Please sign out on one of them first.',
  ],
  cross_site: [403, 'Cross-site request', 'The request comes from another site.'],
  form_token: [403, 'Form out of date', 'This form is out of date. Please try again.'],
  not_found: [404, 'Not found', 'There is nothing at this address.'],
  method_not_allowed: [405, 'Method not allowed', 'This address does not accept that method.'],
  request_timeout: [408, 'Too slow', 'The request took too long to arrive.'],
  body_too_large: [413, 'Body too large', 'The body is larger than 16 KiB.'],
  unsupported_media_type: [
    415,
    'Unsupported media type',
    'Send application/json, or application/x-www-form-urlencoded from a form, in UTF-8 and not compressed.',
  ],
  expectation_failed: [
    417,
    'Expectation failed',
    'The Expect header asks for what is not done here.',
  ],
  invalid_fields: [422, 'Invalid fields', 'The request has invalid fields.'],
  rate_limited: [
    429,
    'Too many requests',
    'Too much was tried. The Retry-After header says when to try again.',
  ],
  headers_too_large: [431, 'Headers too large', 'The headers of the request are too large.'],
  // Nobody reads this; it is what the log says.
  client_closed: [499, 'Client closed request', 'The client went away before the answer.'],
  internal_error: [500, 'Internal error', 'Something went wrong on our side.'],
  overloaded: [503, 'Busy', 'The server is busy. Please try again in a moment.'],
  store_unavailable: [
    503,
    'Unavailable',
    'The service is not available now. Please try again in a moment.',
  ],
}

/** A refusal on its way out. */
export interface Problem {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors?: readonly DescribedProblem[]
  readonly headers?: Readonly<Record<string, string>>
  /** What else programs are told (RFC 9457, 3.2). */
  readonly more?: object
  /** What people read instead of `detail`. */
  readonly shown?: string
}

export interface DescribedProblem {
  readonly field: string
  readonly rule: string
  readonly message: string
}

export function problem(code: ProblemCode, headers?: Readonly<Record<string, string>>): Problem {
  const [status, title, detail] = problemKinds[code]
  return { code, status, title, detail, ...(headers && { headers }) }
}

/** What people read above a form instead of the text for programs. */
export const formTexts: Readonly<Partial<Record<ProblemCode, string>>> = {
  invalid_credentials: 'Invalid credentials: the e-mail address or password is wrong.',
}

/** The address belongs to somebody: told of the field, so that people are led there. */
export function emailTaken(): Problem {
  const taken = problem('email_taken')
  return { ...taken, errors: [{ field: 'email', rule: 'taken', message: taken.detail }] }
}

/** Told of the field, so that people are led there. */
export function wrongPassword(): Problem {
  const wrong = problem('wrong_password')
  return {
    ...wrong,
    errors: [{ field: 'current_password', rule: 'wrong', message: wrong.detail }],
  }
}

/** The same for who is signed in: 401 would say that they are not. Told of the field, so that people are led there. */
export function refusedProof(code: 'wrong_code' | 'wrong_password' | 'passkey_refused'): Problem {
  const refusal = problem(code)
  const field = fieldsOfProofs[code]
  const errors = [{ field, rule: 'wrong', message: proofTexts[code] ?? refusal.detail }]
  return { ...refusal, status: 403, errors }
}

const fieldsOfProofs = {
  wrong_code: 'code',
  wrong_password: 'password',
  passkey_refused: 'credential',
} as const

const proofTexts: Readonly<Partial<Record<ProblemCode, string>>> = {
  wrong_password: 'That password is wrong.',
}

/** @param methods - What could be given next. */
export function reauthenticationRequired(methods: readonly string[]): Problem {
  return { ...problem('reauthentication_required'), more: { methods } }
}

/** Names each field and the rule that it breaks, never the value. */
export function invalidFields(problems: readonly FieldProblem[], policy: PasswordPolicy): Problem {
  const errors = problems.map((one) => describe(one, policy))
  const detail = errors.map(({ message }) => message).join('; ')
  return { ...problem('invalid_fields'), detail, errors }
}

export function describe(problem: FieldProblem, policy: PasswordPolicy): DescribedProblem {
  const { field, rule } = problem
  return { field, rule, message: fieldText(problem, policy) }
}

/** RFC 9457. The type is a name, not an address: it means the same whoever runs the server. */
export function problemDocument(problem: Problem, requestId: string): string {
  const { code, status, title, detail, errors, more } = problem
  const type = `urn:sallyport:problem:${code}`
  return JSON.stringify({
    type,
    title,
    status,
    detail,
    code,
    request_id: requestId,
    errors,
    ...more,
  })
}
