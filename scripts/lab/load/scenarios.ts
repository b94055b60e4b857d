/** Which load scenarios there are, and what each says of itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../local/paths.ts'
import { WrongArguments } from '../../terminal/command.ts'

export const scenariosFolder = join(projectRoot, 'test/load/scenarios')

const fileOf = (name: string): string => join(scenariosFolder, `${name}.ts`)

export const scenarioNames = (): string[] =>
  readdirSync(scenariosFolder)
    .filter(file => file.endsWith('.ts'))
    .map(file => file.replace(/\.ts$/, ''))
    .sort()

/** A line for each scenario: its name, and the sentence that its file begins with. */
export const listScenarios = (): string[] =>
  scenarioNames().map(name => {
    const [, sentence = ''] = /^\/\*\* \w+: (.*) \*\/$/m.exec(readFileSync(fileOf(name), 'utf8')) ?? []
    return `  ${name.padEnd(22)} ${sentence}`
  })

/** Throws with the list for a name that there is not. */
export function scenarioNamed(name: string): string {
  if (scenarioNames().includes(name)) return fileOf(name)
  throw new WrongArguments(`there is no scenario "${name}"; there are\n${listScenarios().join('\n')}`)
}
