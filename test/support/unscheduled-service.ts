/** The product's serverless.yml without its schedules: for an API whose jobs run when a test says so, and at no other time. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkService } from '../../deploy/package/package-service.ts'
import { dataRoot } from '../../scripts/local/paths.ts'

const SCHEDULED = /^ {4}events:\n {6}- schedule: .*\n/gm

/** Returns the folder that holds it, for `startExtraApi`. Whoever asked for it deletes it. */
export function makeUnscheduledService(name: string): string {
  mkdirSync(dataRoot, { recursive: true })
  const folder = join(mkdtempSync(join(dataRoot, `${name}-`)), 'service')
  linkService(folder)
  const description = join(folder, 'serverless.yml')
  const unscheduled = readFileSync(description, 'utf8').replaceAll(SCHEDULED, '')
  if (unscheduled.includes('schedule:')) throw new Error('serverless.yml has a schedule beside other events')
  writeFileSync(description, unscheduled)
  return folder
}
