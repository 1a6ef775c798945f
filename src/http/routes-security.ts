import {
  confirmationOptions,
  confirmForm,
  confirmShape as provingShape,
  showConfirmation,
  submitConfirmation as submitProof,
} from './confirm.ts'
import { endDevice, listDevices } from './devices.ts'
import {
  confirmShape,
  confirmTotp,
  enrolTotp,
  factorProofShape,
  removeTotp,
  renewRecoveryCodes,
  showFactors,
} from './factors.ts'
import {
  addPasskey,
  listPasskeys,
  newPasskeyOptions,
  newPasskeyShape,
  removePasskey,
  renamePasskey,
  renameShape,
} from './passkeys.ts'
import { type Route, route } from './route.ts'
import {
  beginEnrolment,
  enrolmentForm,
  removalShape,
  securityForm,
  showEnrolment,
  showSecurity,
  submitConfirmation,
  submitNewCodes,
  submitRemoval,
} from './security.ts'
import {
  deviceRemovalShape,
  passkeyForm,
  passkeyRemovalShape,
  renameFormShape,
  showPasskey,
  submitDeviceRemoval,
  submitName,
  submitPasskey,
  submitPasskeyRemoval,
} from './security-passkeys.ts'

const page = '/account/security'

/** "Confirm that it is you", before anything that is marked `recent` in these tables. */
const confirmationRoutes: readonly Route[] = [
  route({ method: 'GET', path: '/confirm', who: 'signed_in', handle: showConfirmation }),
  route({
    method: 'POST',
    path: '/confirm',
    who: 'signed_in',
    shape: provingShape,
    form: confirmForm,
    handle: submitProof,
  }),
  route({
    method: 'POST',
    path: '/confirm/options',
    who: 'signed_in',
    answers: 'program',
    reads: 'json',
    handle: confirmationOptions,
  }),
]

/** What protects an account, for programs. */
const factorRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/factors',
    who: 'signed_in',
    answers: 'program',
    handle: showFactors,
  }),
  route({
    method: 'POST',
    path: '/factors/totp',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    handle: enrolTotp,
  }),
  route({
    method: 'POST',
    path: '/factors/totp/confirm',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    shape: confirmShape,
    handle: confirmTotp,
  }),
  route({
    method: 'DELETE',
    path: '/factors/totp',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    shape: factorProofShape,
    handle: removeTotp,
  }),
  route({
    method: 'POST',
    path: '/factors/recovery-codes',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    handle: renewRecoveryCodes,
  }),
  route({
    method: 'GET',
    path: '/passkeys',
    who: 'signed_in',
    answers: 'program',
    handle: listPasskeys,
  }),
  route({
    method: 'POST',
    path: '/passkeys/options',
    who: 'signed_in',
    answers: 'program',
    reads: 'json',
    recent: page,
    handle: newPasskeyOptions,
  }),
  route({
    method: 'POST',
    path: '/passkeys',
    who: 'signed_in',
    answers: 'program',
    reads: 'json',
    recent: page,
    shape: newPasskeyShape,
    handle: addPasskey,
  }),
  route({
    method: 'POST',
    path: '/passkeys/:id',
    who: 'signed_in',
    answers: 'program',
    reads: 'json',
    recent: page,
    shape: renameShape,
    handle: renamePasskey,
  }),
  route({
    method: 'DELETE',
    path: '/passkeys/:id',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    shape: factorProofShape,
    handle: removePasskey,
  }),
  route({
    method: 'GET',
    path: '/devices',
    who: 'signed_in',
    answers: 'program',
    recent: 'here',
    handle: listDevices,
  }),
  route({
    method: 'DELETE',
    path: '/devices/:id',
    who: 'signed_in',
    answers: 'program',
    recent: page,
    handle: endDevice,
  }),
]

/** The same for people. */
const pageRoutes: readonly Route[] = [
  route({ method: 'GET', path: page, who: 'signed_in', handle: showSecurity }),
  route({
    method: 'GET',
    path: `${page}/app`,
    who: 'signed_in',
    recent: 'here',
    handle: showEnrolment,
  }),
  route({
    method: 'POST',
    path: `${page}/app`,
    who: 'signed_in',
    recent: page,
    handle: beginEnrolment,
  }),
  route({
    method: 'POST',
    path: `${page}/app/confirm`,
    who: 'signed_in',
    recent: `${page}/app`,
    shape: confirmShape,
    form: enrolmentForm,
    handle: submitConfirmation,
  }),
  route({
    method: 'POST',
    path: `${page}/app/remove`,
    who: 'signed_in',
    recent: page,
    shape: removalShape,
    form: securityForm,
    handle: submitRemoval,
  }),
  route({
    method: 'POST',
    path: `${page}/recovery-codes`,
    who: 'signed_in',
    recent: page,
    handle: submitNewCodes,
  }),
  route({
    method: 'POST',
    path: `${page}/passkeys`,
    who: 'signed_in',
    recent: page,
    shape: newPasskeyShape,
    form: securityForm,
    handle: submitPasskey,
  }),
  route({ method: 'GET', path: `${page}/passkeys/:id`, who: 'signed_in', handle: showPasskey }),
  route({
    method: 'POST',
    path: `${page}/passkeys/rename`,
    who: 'signed_in',
    recent: page,
    shape: renameFormShape,
    form: passkeyForm,
    handle: submitName,
  }),
  route({
    method: 'POST',
    path: `${page}/passkeys/remove`,
    who: 'signed_in',
    recent: page,
    shape: passkeyRemovalShape,
    form: passkeyForm,
    handle: submitPasskeyRemoval,
  }),
  route({
    method: 'POST',
    path: `${page}/devices/remove`,
    who: 'signed_in',
    recent: page,
    shape: deviceRemovalShape,
    handle: submitDeviceRemoval,
  }),
]

export const securityRoutes: readonly Route[] = [
  ...confirmationRoutes,
  ...factorRoutes,
  ...pageRoutes,
]
