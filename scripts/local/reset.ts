/** Deletes the data of a system of ours, or everything under .data. Never somebody else's service. */
import { existsSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReporter } from '../terminal/output.ts'
import { deleteData } from './delete-data.ts'
import { unmountMemoryDisks } from './mounts.ts'
import { dataFolder, dataFolderNames, dataRoot, shortPath } from './paths.ts'
import { externalVariables } from './plan-ports.ts'
import { isAlive, type ProcessIdentity } from './process-table.ts'
import { holderOf } from './starter-lock.ts'

export interface ResetFlags {
  /** The data folder's name. */
  data: string
  force?: true
  all?: true
}

const reporter = createReporter()

/** Resolves to the exit code: 1 when a system that runs was in the way, and its data was kept. */
export async function resetData({ data, force, all }: ResetFlags): Promise<number> {
  const folder = dataFolder(data)
  const starter = holderOf(folder.lockFile)
  if (starter && !force) {
    reporter.line(
      `The system is running (pid ${starter.pid}). Stop it with Ctrl-C there, or let this do it: npm run reset -- ${data === 'main' ? '' : `--data ${data} `}--force`,
    )
    return 1
  }
  if (starter) await stopStarter(starter)
  if (existsSync(folder.root)) await emptyFolder(data)
  else reporter.line(`There is nothing to delete: ${shortPath(folder.root)} does not exist.`)
  mentionOthers()
  return all ? deleteAll() : 0
}

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
    detail(`deleted ${shortPath(folder.root)}: database, events, journals of acquirer and bank, logs`)
    await deleteData(folder, reporter)
  })
}

function mentionOthers() {
  for (const variable of Object.values(externalVariables))
    if (process.env[variable]) reporter.note(`${variable} names somebody else's service: it was not touched`)
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
