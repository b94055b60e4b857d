/** A Dockerfile as steps that can be replayed; refuses what the replay would do differently from an engine. */
import type { Copy, Env, Instruction } from 'dockerfile-ast'
import { DockerfileParser } from 'dockerfile-ast'

/** An exec form is a list, a shell form one text. */
export type Command = string[] | string

export type Step =
  | { kind: 'copy'; from?: string; sources: string[]; target: string }
  | { kind: 'run'; command: string }
  | { kind: 'workdir'; path: string }

export interface Stage {
  name?: string
  /** An image, or the name of a stage before. */
  base: string
  steps: Step[]
  env: Record<string, string>
  /** `uid:gid`. */
  user?: string
  command?: Command
  healthcheck?: Command
}

export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const content = (instruction.getArgumentsContent() ?? '').trim()
    if (instruction.getKeyword() === 'FROM') {
      const [base = '', , name] = content.split(/\s+/)
      stages.push({ base, name, steps: [], env: {} })
      continue
    }
    const stage = stages.at(-1)
    if (!stage) throw new Error(`Dockerfile: ${instruction.getKeyword()} before the first FROM`)
    addTo(stage, instruction, content)
  }
  return stages
}

function addTo(stage: Stage, instruction: Instruction, content: string) {
  switch (instruction.getKeyword()) {
    case 'COPY':
      return stage.steps.push(copyStep(instruction as Copy, content))
    case 'RUN':
      return stage.steps.push({ kind: 'run', command: runCommand(instruction as Copy, content) })
    case 'WORKDIR':
      return stage.steps.push({ kind: 'workdir', path: content })
    case 'ENV':
      for (const property of (instruction as Env).getProperties())
        stage.env[property.getName()] = property.getValue() ?? ''
      return
    case 'USER':
      stage.user = content
      return
    case 'CMD':
      stage.command = commandOf(content)
      return
    case 'HEALTHCHECK':
      stage.healthcheck = commandOf(content.replace(/^CMD\s+/, ''))
      return
    case 'EXPOSE':
      return
    default:
      throw new Error(`Dockerfile: the replay does not know ${instruction.getKeyword()}`)
  }
}

const commandOf = (content: string): Command => (content.startsWith('[') ? (JSON.parse(content) as string[]) : content)

function flagsOf(instruction: Copy, known: string[]): Record<string, string> {
  const flags = instruction.getFlags().map(flag => [flag.getName(), flag.getValue() ?? ''] as const)
  const unknown = flags.find(([name]) => !known.includes(name))
  if (unknown) throw new Error(`Dockerfile: the replay does not know --${unknown[0]}`)
  return Object.fromEntries(flags)
}

function copyStep(instruction: Copy, content: string): Step {
  const paths = content.split(/\s+/)
  const { from } = flagsOf(instruction, ['from'])
  return { kind: 'copy', from, sources: paths.slice(0, -1), target: paths.at(-1)! }
}

/** Natively an absolute path would be this machine's own. */
function runCommand(instruction: Copy, content: string): string {
  const { mount = 'type=cache' } = flagsOf(instruction, ['mount'])
  if (!mount.startsWith('type=cache')) throw new Error(`Dockerfile: the replay does not know --mount=${mount}`)
  if (/(^|[\s='"])\/\w/.test(content)) throw new Error(`Dockerfile: RUN names an absolute path: ${content}`)
  return content
}
