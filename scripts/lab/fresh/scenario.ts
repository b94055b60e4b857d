/** What must work on a fresh machine: the first start installs everything, the second needs nobody. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../shared/runtime/until.ts'
import { tailOf } from '../../local/log-file.ts'
import { probeHttp } from '../../local/probes.ts'
import { type Reporter, StepFailure } from '../../terminal/output.ts'
import { addFailingPrograms, PROJECT_INSIDE } from './bare-debian.ts'
import type { BareMachine, InsideProgram } from './bare-machine.ts'
import { buy, untilBooked } from './purchase.ts'

export interface Scenario {
  machine: BareMachine
  ports: { api: number; web: number }
  logs: string
  reporter: Reporter
  signal: AbortSignal
  /** Also run `npm test` inside. */
  tests: boolean
}

/** Everything is fetched: Debian packages, npm packages, Kafka's jars. */
const FIRST_START_MS = 15 * 60_000
const SECOND_START_MS = 3 * 60_000
const STOP_MS = 60_000

const installers = ['npm', 'npx', 'apt-get', 'apt', 'mvn']

const apiUrl = ({ ports }: Scenario) => `http://127.0.0.1:${ports.api}`
const shopUrl = ({ ports }: Scenario) => `http://127.0.0.1:${ports.web}`

/** Rejects at the first thing that does not work. */
export async function runScenario(scenario: Scenario): Promise<void> {
  const { reporter } = scenario
  const payment = await firstLife(scenario)
  if (scenario.tests) await runTests(scenario)
  const { path, calls } = addFailingPrograms(scenario.machine.root, installers)
  // npm itself is a failing program by then: its script's command is given instead.
  const again = ['env', `PATH=${path}:${scenario.machine.path}`, 'node', 'scripts/run.mjs', 'start']
  const starter = await start(scenario, 'start again', again, SECOND_START_MS)
  await reporter.step('purchase', async detail =>
    detail(`${await buy(apiUrl(scenario), 'second')}, refunded and booked`),
  )
  await reporter.step('memory', async detail => {
    await untilBooked(apiUrl(scenario), payment)
    detail(`${payment} of the first start is still there`)
  })
  await stop(scenario, starter, 'TERM to the starter')
  if (existsSync(calls)) throw new StepFailure(`the second start called an installer: ${readFileSync(calls, 'utf8')}`)
  reporter.note(`none of ${installers.join(', ')} was called by the second start`)
}

/** The payment that was made in it. */
async function firstLife(scenario: Scenario): Promise<string> {
  const { machine, reporter, logs, signal } = scenario
  let payment = ''
  const npm = await start(scenario, 'npm start', ['npm', 'start'], FIRST_START_MS)
  await reporter.step('purchase', async detail => {
    payment = await buy(apiUrl(scenario), 'first')
    detail(`${payment}, refunded and booked`)
  })
  if (existsSync(join(machine.root, PROJECT_INSIDE, 'scripts/smoke.ts')))
    await reporter.step('smoke', async detail => {
      detail('npm run smoke')
      await machine.run(['npm', 'run', 'smoke'], { cwd: PROJECT_INSIDE, log: join(logs, 'smoke.log'), signal })
    })
  // npm passes no TERM on: whoever it started has to notice.
  await stop(scenario, npm, 'TERM to npm')
  return payment
}

/** They have to install or do without whatever a bare Debian lacks. */
async function runTests({ machine, reporter, logs, signal }: Scenario): Promise<void> {
  const log = join(logs, 'npm-test.log')
  await reporter.step('npm test', async detail => {
    await machine.run(['npm', 'test'], { cwd: PROJECT_INSIDE, log, signal })
    detail(tailOf(log, 1).join(''))
  })
}

/** Waits for the product's own word that it is ready, and looks whether it is. */
async function start(scenario: Scenario, label: string, command: string[], deadlineMs: number): Promise<InsideProgram> {
  const { machine, ports, logs, signal } = scenario
  const log = join(logs, `${label.replaceAll(' ', '-')}.log`)
  const env = { API_PORT: String(ports.api), WEB_PORT: String(ports.web) }
  return scenario.reporter.step(label, async detail => {
    const program = await machine.startProgram(command, { cwd: PROJECT_INSIDE, log, env })
    const readyLine = () => /^Ready in .*?(?=\. )/m.exec(readFileSync(log, 'utf8'))?.[0]
    const fail = (what: string) => new StepFailure(`${label} ${what}`, { log: { path: log, tail: tailOf(log) } })
    const waited = { what: 'Ready', deadlineMs }
    await until(() => signal.aborted || !program.alive() || readyLine(), waited).catch(() => undefined)
    signal.throwIfAborted()
    if (!program.alive()) throw fail('ended by itself')
    const line = readyLine()
    if (!line) throw fail(`was not ready after ${deadlineMs / 60_000} minutes`)
    await probeHttp(`${apiUrl(scenario)}/health/ready`)
    await probeHttp(shopUrl(scenario))
    detail(`${command.slice(-2).join(' ')}: ${line.toLowerCase()}`)
    return program
  })
}

async function stop({ machine, reporter, signal }: Scenario, program: InsideProgram, how: string): Promise<void> {
  await reporter.step('stop', async detail => {
    process.kill(program.pid, 'SIGTERM')
    const waited = { what: 'the end of everything that was started', deadlineMs: STOP_MS }
    await until(() => signal.aborted || (!program.alive() && machine.processes().length === 0), waited).catch(() => {
      throw new StepFailure(`still running ${STOP_MS / 1000} s after ${how}:\n  ${machine.processes().join('\n  ')}`)
    })
    signal.throwIfAborted()
    detail(`${how}: nothing is left running`)
  })
}
