import { assets } from '../pages/assets.ts'
import { listActivity, showActivity } from './activity.ts'
import { refreshPath } from './cookies.ts'
import { showDashboard, showStart } from './dashboard.ts'
import { submitLogout } from './logout.ts'
import { showMe, showUser } from './me.ts'
import {
  passwordChangeForm,
  passwordChangeShape,
  sendToPasswordChange,
  showPasswordChange,
  submitPasswordChange,
} from './password-change.ts'
import { checkPassword, passwordCheckShape } from './password-check.ts'
import { endRefreshing, refreshShape, submitRefresh } from './refresh.ts'
import {
  registrationForm,
  registrationShape,
  showRegistration,
  submitRegistration,
} from './registration.ts'
import { introspect, presentedShape, submitRevocation } from './revocation.ts'
import { type Route, route } from './route.ts'
import { loginRoutes } from './routes-login.ts'
import { securityRoutes } from './routes-security.ts'
import {
  endOtherSessions,
  endSession,
  endSessionsShape,
  listSessions,
  showSessions,
  submitEndSessions,
} from './sessions.ts'
import { submitToken, tokenShape } from './token.ts'
import { showIssuer, showKeySet, showPasskeyEndpoints } from './well-known.ts'

/** What programs that carry tokens ask. All of it is in the body; OAuth's errors are OAuth's. */
const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/token',
    who: 'entrance',
    limits: ['tokens'],
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: tokenShape,
    handle: submitToken,
  }),
  route({
    method: 'POST',
    path: refreshPath,
    who: 'entrance',
    limits: ['tokens'],
    answers: 'program',
    reads: 'json',
    takesNoQuery: true,
    shape: refreshShape,
    handle: submitRefresh,
  }),
  route({
    method: 'DELETE',
    path: refreshPath,
    who: 'entrance',
    limits: ['tokens'],
    answers: 'program',
    reads: 'json',
    takesNoQuery: true,
    shape: refreshShape,
    handle: endRefreshing,
  }),
  route({
    method: 'POST',
    path: '/revoke',
    who: 'entrance',
    limits: ['tokens'],
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: presentedShape,
    handle: submitRevocation,
  }),
  route({
    method: 'POST',
    path: '/introspect',
    who: 'entrance',
    limits: ['tokens'],
    answers: 'oauth',
    reads: 'form',
    takesNoQuery: true,
    shape: presentedShape,
    handle: introspect,
  }),
  route({
    method: 'GET',
    path: '/.well-known/jwks.json',
    who: 'entrance',
    answers: 'program',
    handle: showKeySet,
  }),
  route({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    who: 'entrance',
    answers: 'program',
    handle: showIssuer,
  }),
]

/** Every address of the public listener. Guards follow from the row: see `admit()` in `route.ts`. */
export const routes: readonly Route[] = [
  route({ method: 'GET', path: '/', who: 'anyone', handle: showStart }),
  route({ method: 'GET', path: '/register', who: 'anyone', handle: showRegistration }),
  route({
    method: 'POST',
    path: '/register',
    who: 'entrance',
    limits: ['registration', 'registration_mistakes'],
    shape: registrationShape,
    form: registrationForm,
    handle: submitRegistration,
  }),
  route({
    method: 'POST',
    path: '/password/check',
    who: 'anyone',
    limits: ['password_check'],
    shape: passwordCheckShape,
    handle: checkPassword,
  }),
  route({ method: 'POST', path: '/logout', who: 'anyone', handle: submitLogout }),
  route({ method: 'GET', path: '/me', who: 'signed_in', answers: 'program', handle: showMe }),
  route({
    method: 'GET',
    path: '/users/me',
    who: 'signed_in',
    answers: 'program',
    handle: showUser,
  }),
  ...tokenRoutes,
  ...loginRoutes,
  ...securityRoutes,
  route({ method: 'GET', path: '/dashboard', who: 'signed_in', handle: showDashboard }),
  route({ method: 'GET', path: '/password/change', who: 'signed_in', handle: showPasswordChange }),
  route({
    method: 'POST',
    path: '/password/change',
    who: 'signed_in',
    shape: passwordChangeShape,
    form: passwordChangeForm,
    handle: submitPasswordChange,
  }),
  route({
    method: 'GET',
    path: '/.well-known/change-password',
    who: 'entrance',
    handle: sendToPasswordChange,
  }),
  route({
    method: 'GET',
    path: '/.well-known/passkey-endpoints',
    who: 'entrance',
    answers: 'program',
    handle: showPasskeyEndpoints,
  }),
  route({
    method: 'GET',
    path: '/sessions',
    who: 'signed_in',
    answers: 'program',
    recent: 'here',
    handle: listSessions,
  }),
  route({
    method: 'DELETE',
    path: '/sessions',
    who: 'signed_in',
    recent: '/account/sessions',
    handle: endOtherSessions,
  }),
  route({
    method: 'DELETE',
    path: '/sessions/:id',
    who: 'signed_in',
    recent: '/account/sessions',
    handle: endSession,
  }),
  route({
    method: 'GET',
    path: '/account/sessions',
    who: 'signed_in',
    recent: 'here',
    handle: showSessions,
  }),
  route({
    method: 'POST',
    path: '/account/sessions',
    who: 'signed_in',
    recent: '/account/sessions',
    shape: endSessionsShape,
    handle: submitEndSessions,
  }),
  route({
    method: 'GET',
    path: '/activity',
    who: 'signed_in',
    answers: 'program',
    recent: 'here',
    handle: listActivity,
  }),
  route({
    method: 'GET',
    path: '/account/activity',
    who: 'signed_in',
    recent: 'here',
    handle: showActivity,
  }),
  ...assets.map(({ path, type, body }) =>
    route({
      method: 'GET',
      path,
      who: 'entrance',
      handle: ({ context, requestId }) => context.answers.asset(requestId, type, body),
    }),
  ),
]
