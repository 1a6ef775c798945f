export type { DeviceId, TrustedDevice } from './device.ts'
export { TrustedDevices } from './service.ts'
export type { DeviceStore } from './store.ts'
