/** Reads a file of environment variables (`NAME=value`, a line each) that names a deployed system. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

export type Environment = Record<string, string | undefined>

/**
 * The environment together with the file. The file wins, so that no variable of the shell points a tool at another system.
 * Variables that the file lacks, such as a password, come from the environment. Throws when the file cannot be read, when a
 * line is no `NAME=value`, and when it sets a variable that Node reads only at its start. No message contains a value.
 */
export function withEnvFile(path: string, env: Environment): Environment {
  const text = read(path)
  const line = malformedLine(text)
  if (line !== undefined) throw new Error(`${path}: line ${line} is no NAME=value, or its quote is not closed`)
  const { PAY_RUN_FILE: _, ...rest } = env
  const given = { ...rest, ...parseEnv(text) }
  if (given.NODE_EXTRA_CA_CERTS !== env.NODE_EXTRA_CA_CERTS)
    throw new Error(
      `${path}: Node reads NODE_EXTRA_CA_CERTS only as it starts; set it in the environment of the command`,
    )
  return given
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(code === 'ENOENT' ? `there is no ${path}` : `cannot read ${path}: ${message}`, { cause: error })
  }
}

const EMPTY_OR_COMMENT = /^\s*(?:#|$)/
const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*(["'`])?/

/** The number of the first line, from 1 on, that Node's parser would ignore. A quoted value may go on over several lines. */
function malformedLine(text: string): number | undefined {
  let open: { quote: string; line: number } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (open !== undefined) {
      if (line.includes(open.quote)) open = undefined
      continue
    }
    if (EMPTY_OR_COMMENT.test(line)) continue
    const assignment = ASSIGNMENT.exec(line)
    if (assignment === null) return index + 1
    const [begin, quote] = assignment
    if (quote !== undefined && !line.includes(quote, begin.length)) open = { quote, line: index + 1 }
  }
  return open?.line
}
