/** Reads the quick start of a README as a reader does: files to write, commands to type, output to wait for. */

export type Step =
  | { kind: 'file'; name: string; text: string }
  | { kind: 'command'; text: string }
  /** A command in a terminal of its own, which runs until Ctrl-C. */
  | { kind: 'server'; text: string }
  | { kind: 'output'; text: string }

const HEADING = '## Quick start'

/**
 * The fenced blocks of the section, in order. A block whose first line is a comment with a file's name is that file; `sh` is
 * typed; `text` is what appears. Starting a broker is left out: the test has one. Throws for a block that is none of these.
 */
export function quickStartOf(readme: string, heading = HEADING): Step[] {
  const [, section] = readme.split(new RegExp(`^${heading}$`, 'm'))
  if (section === undefined) throw new Error(`there is no section ${heading}`)
  const [text] = section.split(/^## /m)
  const blocks = [...text!.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  return blocks.map(([, language, block]) => stepOf(language!, block!)).filter(step => !startsBroker(step))
}

function stepOf(language: string, text: string): Step {
  if (language === 'sh') return { kind: isServer(text) ? 'server' : 'command', text }
  if (language === 'text') return { kind: 'output', text: text.trim() }
  const [, name] = /^(?:#|\/\/) (\S+\.\w+)$/m.exec(text.split('\n', 1)[0]!) ?? []
  if (name === undefined) throw new Error(`which file is this?\n${text}`)
  return { kind: 'file', name, text }
}

const isServer = (text: string): boolean => /\bserverless offline start\b/.test(text)

const startsBroker = ({ kind, text }: Step): boolean => kind === 'command' && text.startsWith('docker run ')

/** What is in the fenced blocks of a document; of one language, or of all. */
export const blocksOf = (document: string, language?: string): string[] =>
  [...document.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, found]) => language === undefined || found === language)
    .map(([, , block]) => block!)
