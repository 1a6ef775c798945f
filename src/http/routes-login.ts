import { loginForm, loginShape, showLogin, submitLogin } from './login.ts'
import {
  appForm,
  beginApp,
  enrolConfirmShape,
  enrolPasskeyOptions,
  enrolPasskeyShape,
  pendingShape,
  requiredForm,
  showApp,
  showRequired,
  submitApp,
  submitNewPasskey,
} from './login-enrolment.ts'
import { factorForm, factorOptions, factorShape, showFactor, submitFactor } from './login-factor.ts'
import { passkeyOptions, passkeyShape, submitPasskey } from './login-passkey.ts'
import { type Route, route } from './route.ts'

/** The ways in. */
export const loginRoutes: readonly Route[] = [
  route({ method: 'GET', path: '/login', who: 'anyone', handle: showLogin }),
  route({
    method: 'POST',
    path: '/login',
    who: 'entrance',
    shape: loginShape,
    form: loginForm,
    handle: submitLogin,
  }),
  route({
    method: 'POST',
    path: '/login/passkey/options',
    who: 'entrance',
    answers: 'program',
    reads: 'json',
    handle: passkeyOptions,
  }),
  route({
    method: 'POST',
    path: '/login/passkey',
    who: 'entrance',
    shape: passkeyShape,
    form: loginForm,
    handle: submitPasskey,
  }),
  route({ method: 'GET', path: '/login/factor', who: 'entrance', handle: showFactor }),
  route({
    method: 'POST',
    path: '/login/factor',
    who: 'entrance',
    shape: factorShape,
    form: factorForm,
    handle: submitFactor,
  }),
  route({
    method: 'POST',
    path: '/login/factor/options',
    who: 'entrance',
    answers: 'program',
    reads: 'json',
    shape: pendingShape,
    handle: factorOptions,
  }),
  route({ method: 'GET', path: '/login/enrolment', who: 'entrance', handle: showRequired }),
  route({
    method: 'POST',
    path: '/login/enrolment/app',
    who: 'entrance',
    shape: pendingShape,
    handle: beginApp,
  }),
  route({ method: 'GET', path: '/login/enrolment/app', who: 'entrance', handle: showApp }),
  route({
    method: 'POST',
    path: '/login/enrolment/app/confirm',
    who: 'entrance',
    shape: enrolConfirmShape,
    form: appForm,
    handle: submitApp,
  }),
  route({
    method: 'POST',
    path: '/login/enrolment/passkey/options',
    who: 'entrance',
    answers: 'program',
    reads: 'json',
    shape: pendingShape,
    handle: enrolPasskeyOptions,
  }),
  route({
    method: 'POST',
    path: '/login/enrolment/passkey',
    who: 'entrance',
    shape: enrolPasskeyShape,
    form: requiredForm,
    handle: submitNewPasskey,
  }),
]
