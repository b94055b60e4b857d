/** Text that somebody else chose, as it may reach a terminal: a record's key, a server's error, another program's command line. */

/**
 * What moves the cursor, changes colours or the title (C0, DEL, C1), ends a line, is not seen or turns the reading direction (format
 * characters, line and paragraph separators), or is no character at all (a lone surrogate). A tab is only a space.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** The same text in one line, with each of these as `\\u{1b}`. */
export const printable = (text: unknown): string =>
  String(text).replaceAll(UNSEEN, unseen => (unseen === '\t' ? unseen : `\\u{${unseen.codePointAt(0)!.toString(16)}}`))

/** A text of several lines, each by itself. */
export const printableLines = (text: unknown): string => String(text).split('\n').map(printable).join('\n')

/** What a command says of an error that ends it. */
export const printableError = (error: unknown): string => {
  const { message, code } = (error ?? {}) as { message?: string; code?: string }
  return printable(message || code || error)
}
