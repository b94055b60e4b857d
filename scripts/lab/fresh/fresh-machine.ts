/** `npm run test:fresh`: makes the bare machine, lets the product be started there, and removes it again. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { watchParents } from '../../local/parent-watch.mjs'
import { dataRoot, shortPath } from '../../local/paths.ts'
import { anyFreePort } from '../../local/ports.ts'
import { releaseLock, takeLock } from '../../local/starter-lock.ts'
import { createReporter, formatDuration, StepFailure } from '../../terminal/output.ts'
import { addNode, addRepository, DEBIAN_RELEASE, type Making, makeDebian, PROJECT_INSIDE } from './bare-debian.ts'
import { BareMachine } from './bare-machine.ts'
import { carriedEnvironment } from './machine-settings.ts'
import { ensureRequirements } from './requirements.ts'
import { runScenario } from './scenario.ts'
import { abandonedWorkplaces, makeWorkplace, removeWorkplace } from './workplace.ts'

const lockFile = join(dataRoot, 'fresh.lock')
const logs = join(dataRoot, 'fresh-logs')
const installLog = join(logs, 'install.log')
const reporter = createReporter()

interface FreshFlags {
  /** Also runs `npm test` on the machine. */
  tests?: boolean | undefined
}

/** 0, or 1 when a step failed or another run holds the lock. What was made is removed, the logs of a failure are kept. */
export async function testFreshMachine({ tests = false }: FreshFlags): Promise<number> {
  const startMs = performance.now()
  const holder = takeLock(lockFile)
  if (holder) {
    reporter.line(`npm run test:fresh already runs (pid ${holder.pid})`)
    return 1
  }
  const signal = callOffSignal((tests ? 60 : 30) * 60_000)
  rmSync(logs, { recursive: true, force: true })
  mkdirSync(logs, { recursive: true })
  try {
    await makeAndTry(tests, signal)
    rmSync(logs, { recursive: true })
    reporter.line(`\nA fresh machine works. ${formatDuration(performance.now() - startMs)}`)
    return 0
  } catch (error) {
    reporter.failure(signal.aborted ? signal.reason : error)
    reporter.line(`\nKept for a look: ${shortPath(logs)}/`)
    return 1
  } finally {
    releaseLock(lockFile)
  }
}

async function install(making: Making): Promise<void> {
  await reporter.step('debian', async detail => {
    detail(`${DEBIAN_RELEASE}, minbase`)
    await makeDebian(making)
  })
  await reporter.step('node', async detail => detail(await addNode(making)))
  await reporter.step('clone', async detail => {
    const { commit, uncommitted } = await addRepository(making)
    detail(commit)
    if (uncommitted > 0) reporter.note(`${uncommitted} files with uncommitted changes: those are not tested`)
  })
}

async function live(machine: BareMachine, tests: boolean, signal: AbortSignal): Promise<void> {
  const taken = new Set<number>()
  const ports = { api: await anyFreePort(taken), web: await anyFreePort(taken) }
  await runScenario({ machine, ports, logs, reporter, signal, tests })
}

async function inWorkplace(root: string, tests: boolean, signal: AbortSignal): Promise<void> {
  const machine = await BareMachine.start(root, carriedEnvironment(process.env))
  try {
    await install({ machine, log: installLog, signal })
    await live(machine, tests, signal)
  } catch (error) {
    keepLogsOf(root)
    throw error
  } finally {
    await machine.end()
  }
}

/** What the product wrote inside; the rest of our own logs is here already. */
function keepLogsOf(root: string) {
  const data = join(root, PROJECT_INSIDE, '.data')
  for (const name of ['main/logs', 'test/logs', 'npm-ci.log'])
    if (existsSync(join(data, name))) cpSync(join(data, name), join(logs, 'inside', name), { recursive: true })
}

async function makeAndTry(tests: boolean, signal: AbortSignal): Promise<void> {
  await ensureRequirements(installLog)
  for (const folder of abandonedWorkplaces()) {
    reporter.note(`removing ${folder}, which a killed run left behind`)
    removeWorkplace(folder)
  }
  const { folder, root } = makeWorkplace()
  try {
    await inWorkplace(root, tests, signal)
  } finally {
    await reporter.step('remove', async detail => {
      detail(folder)
      removeWorkplace(folder)
    })
  }
}

/** Ends the work at the next step, so that what was made is removed again. */
function callOffSignal(deadlineMs: number): AbortSignal {
  const controller = new AbortController()
  const callOff = (why: string) => {
    if (controller.signal.aborted) return
    reporter.line(`\n${why}: removing what was made`)
    controller.abort(new StepFailure(`called off: ${why}`))
  }
  process.on('SIGINT', () => callOff('Ctrl-C'))
  process.on('SIGTERM', () => callOff('asked to end'))
  process.on('SIGHUP', () => callOff('the terminal is gone'))
  watchParents(() => callOff('npm is gone'))
  setTimeout(() => callOff(`not done after ${deadlineMs / 60_000} minutes`), deadlineMs).unref()
  return controller.signal
}
