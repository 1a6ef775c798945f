import { html as escapingTag } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** Markup whose variable parts were escaped when it was made. */
export type Html = HtmlEscapedString

type Piece = string | number | false | undefined | Html | readonly Piece[]

/**
 * The only way pages make markup: every value is escaped unless it is {@link Html} already.
 *
 * Hono's tag answers with a promise only when it is given one. {@link Piece} lets none in (nor an
 * object, which would be printed as `[object Object]`), hence the narrower type. Attribute values
 * must be quoted: escaping cannot protect an unquoted one.
 */
export const html = escapingTag as (
  strings: TemplateStringsArray,
  ...pieces: readonly Piece[]
) => Html
