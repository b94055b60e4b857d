/** What we ask of the pipeline beyond what Jenkins asks: its order, its scripts, and what happens however it ends. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isExecutable } from '../../../scripts/local/programs.ts'
import type { RecordedStep, Recording } from './groovy.ts'

/** Each stage and what it runs, in the order of the pipeline. */
export const stagesExpected: [stage: string, command: string][] = [
  ['Checkout', 'checkout scm'],
  ['Install', 'deploy/pipeline/install.sh'],
  ['Web build', 'deploy/pipeline/build-web.sh'],
  ['Backend build', 'deploy/pipeline/build-backend.sh'],
  ['Tests', 'deploy/pipeline/test.sh --native'],
  ['Images', 'deploy/pipeline/images.sh'],
  ['Compose up', 'deploy/pipeline/up.sh'],
  ['Smoke test', 'deploy/pipeline/smoke.sh'],
  ['Load smoke', 'deploy/pipeline/load.sh smoke'],
]

/** The last stage of a build that runs at night, or that a person wants it of. */
export const loadRun: [stage: string, command: string] = [
  'Load run',
  'deploy/pipeline/load.sh load-full-flow spike-repeats stress-hot-merchant',
]

/** What has to happen at the end, whatever came before: logs before the clean-up that removes them. */
export const endingExpected = [
  'deploy/pipeline/logs.sh',
  'deploy/pipeline/down.sh',
  'junit',
  'publishHTML',
  'archiveArtifacts',
]

const OPTIONS_EXPECTED = ['skipDefaultCheckout', 'disableConcurrentBuilds', 'buildDiscarder', 'timeout', 'timestamps']

const commandOf = ({ step, args }: RecordedStep): string => {
  if (step === 'sh') return String(args)
  return typeof args === 'string' ? `${step} ${args}` : step
}

const inStages = (recording: Recording) => recording.steps.filter(step => step.post === null)
const atEnd = (recording: Recording) => recording.steps.filter(step => step.post === 'always' && step.stage === null)

const different = (what: string, seen: unknown, expected: unknown): string[] =>
  JSON.stringify(seen) === JSON.stringify(expected)
    ? []
    : [`${what} should be ${JSON.stringify(expected)}, is ${JSON.stringify(seen)}`]

/** One sentence for each rule that a run without a failure breaks. */
export function brokenRules(recording: Recording, root: string, expected = stagesExpected): string[] {
  if (recording.errors.length > 0) return recording.errors
  const stages = inStages(recording).map(step => [step.stage, commandOf(step)])
  return [
    ...different('the result', recording.result, 'SUCCESS'),
    ...different('the stages', stages, expected),
    ...endingProblems(recording),
    ...optionProblems(recording),
    ...shellSteps(recording).flatMap(command => commandProblems(command, root)),
  ]
}

const shellSteps = (recording: Recording): string[] =>
  recording.steps.filter(({ step }) => step === 'sh').map(({ args }) => String(args))

function endingProblems(recording: Recording): string[] {
  const ending = atEnd(recording)
  const exposed = ending.filter(({ within }) => !within.some(({ step }) => step === 'catchError'))
  const endless = ending.filter(({ step, within }) => step === 'sh' && !within.some(({ step }) => step === 'timeout'))
  return [
    ...different('the ending', ending.map(commandOf), endingExpected),
    ...exposed.map(step => `a failure of "${commandOf(step)}" would keep the rest of the ending from happening`),
    ...endless.map(step => `"${commandOf(step)}" may take for ever`),
  ]
}

function optionProblems({ options, environment, stages }: Recording): string[] {
  const whole = options.filter(({ stage }) => stage === null).map(({ option }) => option)
  const limited = options.filter(({ option }) => option === 'timeout').map(({ stage }) => stage)
  return [
    ...OPTIONS_EXPECTED.filter(option => !whole.includes(option)).map(option => `there is no option ${option}`),
    ...stages.filter(stage => !limited.includes(stage)).map(stage => `stage "${stage}" may take for ever`),
    ...['COMPOSE_PROJECT_NAME', 'REPORTS_FOLDER']
      .filter(name => !/\d/.test(environment[name] ?? ''))
      .map(name => `${name} is the same for two builds`),
  ]
}

/** A step runs one executable file of the repository, without any shell around it, and all that it calls is there. */
function commandProblems(command: string, root: string): string[] {
  const [script = ''] = command.split(' ')
  if (!/^[\w./ -]+$/.test(command)) return [`"${command}" is more than the call of a script`]
  if (!script.startsWith('deploy/pipeline/')) return [`"${command}" is no script of deploy/pipeline/`]
  const path = join(root, script)
  if (!existsSync(path)) return [`${script} is not there`]
  if (!isExecutable(path)) return [`${script} is not executable`]
  return scriptProblems(script, readFileSync(path, 'utf8'), root)
}

/** The npm scripts that a script calls, and the files behind them. */
function scriptProblems(script: string, text: string, root: string): string[] {
  const scriptsOf = (folder: string): Record<string, string> =>
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).scripts
  const calls = [...text.matchAll(/\bnpm (?:run )?([a-z:-]+)(?:.*--workspace (\S+))?/g)]
  return calls
    .filter(([, name]) => name !== 'ci')
    .flatMap(([, name = '', workspace = '.']) => {
      const command = scriptsOf(workspace)[name]
      if (command === undefined) return [`${script} calls npm run ${name}, which ${workspace} does not have`]
      const behind = /scripts\/run\.mjs (\w+)/.exec(command)?.[1]
      return behind && !existsSync(join(root, 'scripts', `${behind}.ts`)) ? [`there is no scripts/${behind}.ts`] : []
    })
}

/** One sentence for each rule that a run broken off in `failedStage` breaks; null: something after the stages failed. */
export function brokenAfterFailure(
  recording: Recording,
  failedStage: string | null,
  result: string,
  expected = stagesExpected,
): string[] {
  const names = expected.map(([stage]) => stage)
  const reached = failedStage === null ? names : names.slice(0, names.indexOf(failedStage) + 1)
  const ran = inStages(recording).map(({ stage }) => stage)
  return [
    ...recording.errors,
    ...different('the result', recording.result, result),
    ...different('the stages', ran, reached),
    ...different('the ending', atEnd(recording).map(commandOf), endingExpected),
  ]
}
