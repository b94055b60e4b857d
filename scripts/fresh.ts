/** `npm run test:fresh`: a bare Debian with nothing but Node, npm and the committed repository; `npm start` must do the rest. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addNode, addRepository, type Making, makeDebian, projectInside, release } from './lab/fresh/bare-debian.ts'
import { BareMachine } from './lab/fresh/bare-machine.ts'
import { carriedEnvironment } from './lab/fresh/machine-settings.ts'
import { ensureRequirements } from './lab/fresh/requirements.ts'
import { runScenario } from './lab/fresh/scenario.ts'
import { abandonedWorkplaces, makeWorkplace, removeWorkplace } from './lab/fresh/workplace.ts'
import { watchParents } from './local/parent-watch.mjs'
import { dataRoot, shortPath } from './local/paths.ts'
import { anyFreePort } from './local/ports.ts'
import { releaseLock, takeLock } from './local/starter-lock.ts'
import { createReporter, formatDuration, StepFailure } from './terminal/output.ts'

const usage = `npm run test:fresh [-- --tests]
  Makes a bare Debian (${release}) in a temporary folder, with Node 20, npm and a clone of the last commit; runs \`npm start\`
  there, buys and refunds, stops it, and starts it again with every installer taken away. Needs Debian or Ubuntu, and root.
  --tests   also run \`npm test\` there, after the first start`

const { values: options } = parseArgs({
  options: { tests: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})

const deadlineMs = (options.tests ? 60 : 30) * 60_000
const lockFile = join(dataRoot, 'fresh.lock')
const logs = join(dataRoot, 'fresh-logs')
const reporter = createReporter()

async function furnish(making: Making): Promise<void> {
  await reporter.step('debian', async detail => {
    detail(`${release}, minbase`)
    await makeDebian(making)
  })
  await reporter.step('node', async detail => detail(await addNode(making)))
  await reporter.step('clone', async detail => {
    const { commit, uncommitted } = await addRepository(making)
    detail(commit)
    if (uncommitted > 0) reporter.note(`${uncommitted} files with uncommitted changes: those are not tested`)
  })
}

async function live(machine: BareMachine, signal: AbortSignal): Promise<void> {
  const taken = new Set<number>()
  const ports = { api: await anyFreePort(taken), web: await anyFreePort(taken) }
  await runScenario({ machine, ports, logs, reporter, signal, tests: options.tests })
}

async function inWorkplace(root: string, log: string, signal: AbortSignal): Promise<void> {
  const machine = await BareMachine.start(root, carriedEnvironment(process.env))
  try {
    await furnish({ machine, log, signal })
    await live(machine, signal)
  } catch (error) {
    keepLogsOf(root)
    throw error
  } finally {
    await machine.end()
  }
}

/** What the product wrote inside; the rest of our own logs is here already. */
function keepLogsOf(root: string) {
  const data = join(root, projectInside, '.data')
  for (const name of ['main/logs', 'test/logs', 'npm-ci.log'])
    if (existsSync(join(data, name))) cpSync(join(data, name), join(logs, 'inside', name), { recursive: true })
}

async function freshMachine(signal: AbortSignal): Promise<void> {
  const log = join(logs, 'install.log')
  await ensureRequirements(log)
  for (const folder of abandonedWorkplaces()) {
    reporter.note(`removing ${folder}, which a killed run left behind`)
    removeWorkplace(folder)
  }
  const { folder, root } = makeWorkplace()
  try {
    await inWorkplace(root, log, signal)
  } finally {
    await reporter.step('remove', async detail => {
      detail(folder)
      removeWorkplace(folder)
    })
  }
}

/** Ends the work at the next step, so that what was made is removed again. */
function callOffSignal(): AbortSignal {
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

async function main(): Promise<number> {
  if (options.help) {
    reporter.line(usage)
    return 0
  }
  const startMs = performance.now()
  const holder = takeLock(lockFile)
  if (holder) {
    reporter.line(`npm run test:fresh already runs (pid ${holder.pid})`)
    return 1
  }
  const signal = callOffSignal()
  rmSync(logs, { recursive: true, force: true })
  mkdirSync(logs, { recursive: true })
  try {
    await freshMachine(signal)
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

process.exit(await main())
