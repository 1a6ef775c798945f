/** What is counted where it happens. */
export type CountedFigure =
  | 'signIns'
  | 'factorProofs'
  | 'registrations'
  | 'limitHits'
  | 'lockouts'
  | 'sessionsEnded'
  | 'securityEvents'
  | 'storeErrors'

export type MeasuredFigure = 'requests' | 'hashWait' | 'hashDuration'

/** What somebody else knows, and is asked for when figures are read. */
export type WatchedFigure =
  | 'hashesWaiting'
  | 'hashesRefused'
  | 'hashesCancelled'
  | 'tokenRefreshes'
  | 'tokenReuses'
  | 'cacheHits'
  | 'cacheMisses'
  | 'channels'
  | 'channelsHeard'
  | 'limitFallback'
  | 'activeSessions'
  | 'workers'
  | 'workersReplaced'

export type FigureName = CountedFigure | MeasuredFigure | WatchedFigure

export interface FigureKind {
  /** `sallyport_…`, with the unit at the end, and `_total` for what only grows. */
  readonly name: `sallyport_${string}`
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Of several workers the greatest, where each knows the whole; else their sum. */
  readonly over?: 'max'
}

/** Every figure of ours. Names and meanings are part of the public interface; listed in docs/reference. */
export const figures: Readonly<Record<FigureName, FigureKind>> = {
  requests: {
    name: 'sallyport_http_request_duration_seconds',
    type: 'histogram',
    help: 'Requests by the route that answered, from their arrival to their answer. A HEAD counts as the GET that it asks for; what no route answers has none.',
  },
  signIns: {
    name: 'sallyport_sign_ins_total',
    type: 'counter',
    help: 'Attempts to sign in, by what was proved first, and what became of them.',
  },
  factorProofs: {
    name: 'sallyport_factor_proofs_total',
    type: 'counter',
    help: 'Factors that were given, at a sign-in or to confirm something.',
  },
  registrations: {
    name: 'sallyport_registrations_total',
    type: 'counter',
    help: 'Attempts to make an account.',
  },
  limitHits: {
    name: 'sallyport_limit_hits_total',
    type: 'counter',
    help: 'Attempts refused because a budget was spent; the answer was 429.',
  },
  lockouts: {
    name: 'sallyport_lockouts_total',
    type: 'counter',
    help: 'Passwords and authenticator apps that open nothing any more after too many failures.',
  },
  sessionsEnded: {
    name: 'sallyport_sessions_ended_total',
    type: 'counter',
    help: 'Ends of a session, or of all that an account had, by somebody. That they expire does not count.',
  },
  securityEvents: {
    name: 'sallyport_security_events_total',
    type: 'counter',
    help: 'Entries of the audit trail.',
  },
  tokenRefreshes: {
    name: 'sallyport_token_refreshes_total',
    type: 'counter',
    help: 'Refresh tokens that were exchanged.',
  },
  tokenReuses: {
    name: 'sallyport_token_reuses_total',
    type: 'counter',
    help: 'Sessions that ended because an old refresh token was presented.',
  },
  hashesWaiting: {
    name: 'sallyport_hash_queue_waiting',
    type: 'gauge',
    help: 'Password hashes that wait for a thread.',
  },
  hashesRefused: {
    name: 'sallyport_hash_queue_refused_total',
    type: 'counter',
    help: 'Password hashes refused because the queue was full; the answer was 503.',
  },
  hashesCancelled: {
    name: 'sallyport_hash_queue_cancelled_total',
    type: 'counter',
    help: 'Password hashes given up while they waited, because the client had gone.',
  },
  hashWait: {
    name: 'sallyport_hash_wait_seconds',
    type: 'histogram',
    help: 'How long password hashes waited for their turn.',
  },
  hashDuration: {
    name: 'sallyport_hash_duration_seconds',
    type: 'histogram',
    help: 'How long password hashes took from their turn on. Each thread has two at a time, so that the second waits for the first.',
  },
  cacheHits: {
    name: 'sallyport_session_cache_hits_total',
    type: 'counter',
    help: 'Session checks that memory answered.',
  },
  cacheMisses: {
    name: 'sallyport_session_cache_misses_total',
    type: 'counter',
    help: 'Session checks that had to ask a store.',
  },
  storeErrors: {
    name: 'sallyport_store_errors_total',
    type: 'counter',
    help: 'Requests that failed because a store did not answer; the answer was 503.',
  },
  activeSessions: {
    name: 'sallyport_sessions_active',
    type: 'gauge',
    help: 'Sessions that have not expired, where the database keeps them; counted once a minute. Those that ended with all others of their account count until they would have expired.',
    over: 'max',
  },
  channels: {
    name: 'sallyport_revocation_channels',
    type: 'gauge',
    help: 'Channels that tell this process of revocations.',
  },
  channelsHeard: {
    name: 'sallyport_revocation_channels_heard',
    type: 'gauge',
    help: 'Those that have been heard within the last second. Without, session checks ask the store.',
  },
  limitFallback: {
    name: 'sallyport_limit_fallback',
    type: 'gauge',
    help: '1 while limits are counted by each process for itself, because their store does not answer; else 0.',
    over: 'max',
  },
  workers: {
    name: 'sallyport_workers',
    type: 'gauge',
    help: 'Workers that take requests.',
  },
  workersReplaced: {
    name: 'sallyport_workers_replaced_total',
    type: 'counter',
    help: 'Workers that were started in the place of one that had ended.',
  },
}
