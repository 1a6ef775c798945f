/**
 * The file that a thread starts with: the one called `name` beside the module of `base`
 * (`import.meta.url`), source in the repository and JavaScript in the package.
 */
export function threadFile(name: string, base: string): URL {
  const extension = base.endsWith('.ts') ? '.ts' : '.js'
  return new URL(`./${name}${extension}`, base)
}
