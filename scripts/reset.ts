/** `npm run reset`: deletes our own data folder, so that the next start begins empty. Never somebody else's service. */
import { existsSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { deleteData } from './local/delete-data.ts'
import { unmountMemoryDisks } from './local/mounts.ts'
import { dataFolder, dataFolderNames, dataRoot, shortPath } from './local/paths.ts'
import { externalVariables } from './local/plan-ports.ts'
import { isAlive, type ProcessIdentity } from './local/process-table.ts'
import { holderOf } from './local/starter-lock.ts'
import { createReporter } from './terminal/output.ts'

const usage = `npm run reset -- [options]
  --data NAME  the data folder to empty (default: main)
  --force      stop the system first, if it runs
  --all        delete everything under .data: every system that is not running, and what was fetched (Kafka's jars)`

const reporter = createReporter()

/** Asks the starter to stop everything, and waits for it. */
async function stopStarter(starter: ProcessIdentity): Promise<void> {
  await reporter.step('stop', async detail => {
    detail(`the running system (pid ${starter.pid})`)
    process.kill(starter.pid, 'SIGTERM')
    while (isAlive(starter)) await sleep(100)
  })
}

async function emptyFolder(name: string): Promise<void> {
  const folder = dataFolder(name)
  await reporter.step('reset', async detail => {
    detail(`deleted ${shortPath(folder.root)}: database, events, logs`)
    await deleteData(folder, reporter)
  })
}

function mentionOthers() {
  for (const variable of Object.values(externalVariables))
    if (process.env[variable]) reporter.note(`${variable} names somebody else's service: it was not touched`)
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'main' },
      force: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    reporter.line(usage)
    return 0
  }
  const folder = dataFolder(values.data)
  const starter = holderOf(folder.lockFile)
  if (starter && !values.force) {
    reporter.line(
      `The system is running (pid ${starter.pid}). Stop it with Ctrl-C there, or let this do it: npm run reset -- --force`,
    )
    return 1
  }
  if (starter) await stopStarter(starter)
  if (existsSync(folder.root)) await emptyFolder(values.data)
  else reporter.line(`There is nothing to delete: ${shortPath(folder.root)} does not exist.`)
  mentionOthers()
  return values.all ? deleteAll() : 0
}

async function deleteAll(): Promise<number> {
  const others = dataFolderNames()
  const running = others.filter(name => holderOf(dataFolder(name).lockFile))
  if (running.length > 0) {
    reporter.line(`Still running, so .data was kept: ${running.join(', ')}`)
    return 1
  }
  for (const name of others) await emptyFolder(name)
  unmountMemoryDisks(dataRoot)
  rmSync(dataRoot, { recursive: true, force: true })
  reporter.line('Deleted .data.')
  return 0
}

process.exit(await main())
