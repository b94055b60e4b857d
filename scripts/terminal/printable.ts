/** Makes text from outside safe to print on a terminal: a record's key, a server's error, another program's command line. */

/**
 * Control characters (C0, DEL, C1), which move the cursor or change colours or the title; format characters and separators, which are
 * invisible, end a line or turn the reading direction; and lone surrogates, which are no characters. A tab counts as a space.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** The same text in one line, with each of these as `\\u{1b}`. */
export const printable = (text: unknown): string =>
  String(text).replaceAll(UNSEEN, unseen => (unseen === '\t' ? unseen : `\\u{${unseen.codePointAt(0)!.toString(16)}}`))

/** A text of several lines, each by itself. */
export const printableLines = (text: unknown): string => String(text).split('\n').map(printable).join('\n')

/** The printed message of an error that ends a command. */
export const printableError = (error: unknown): string => {
  const { message, code } = (error ?? {}) as { message?: string; code?: string }
  return printable(message || code || error)
}
