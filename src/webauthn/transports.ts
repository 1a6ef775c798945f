/** WebAuthn Level 3, 5.8.4; `cable` is what `hybrid` was called before. */
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

/** Those that are known, each once. They are only hints, so one of tomorrow is left out and refuses nothing. */
export function knownTransports(stated: readonly unknown[]): string[] {
  return transports.filter((transport) => stated.includes(transport))
}
