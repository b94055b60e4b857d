/** Deletes what a system has stored: its folder, and its Docker volumes when it had any. Nothing of anybody else's. */
import { existsSync, rmSync } from 'node:fs'
import type { Reporter } from '../terminal/output.ts'
import { Compose } from './docker.ts'
import { clearLeftovers } from './leftovers.ts'
import { unmountMemoryDisks } from './mounts.ts'
import type { DataFolder } from './paths.ts'

/** The caller knows that no starter runs on this folder. */
export async function deleteData(folder: DataFolder, reporter: Reporter): Promise<void> {
  await clearLeftovers(folder, reporter)
  if (existsSync(folder.dockerMark)) await new Compose(folder).run(['down', '--volumes'])
  unmountMemoryDisks(folder.root)
  rmSync(folder.root, { recursive: true, force: true })
}
