import Bowser from 'bowser'

/** What a `User-Agent` says of itself, as people would: `Firefox on Windows`. Anybody can claim anything there. */
export function deviceOf(agent: string): string {
  if (agent === '') return 'An unknown device'
  const { browser, os, platform } = Bowser.parse(agent)
  const system = platform.model === 'iPad' || platform.model === 'iPhone' ? platform.model : os.name
  const parts = [browser.name, system].filter((part) => part !== undefined && part !== '')
  return parts.length > 0 ? parts.join(' on ') : programOf(agent)
}

/** Programs name themselves first: `curl/8.5.0`. */
function programOf(agent: string): string {
  const name = /^[A-Za-z][\w.-]{0,39}/.exec(agent)?.[0]
  return name ?? 'An unknown device'
}
