/** The dashboards under deploy/grafana/dashboards: made from the boards, and written there. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acquirer } from './boards/acquirer.ts'
import type { Board } from './boards/board.ts'
import { events } from './boards/events.ts'
import { payments } from './boards/payments.ts'
import { stores } from './boards/stores.ts'
import { dashboardOf } from './dashboard-json.ts'

export const boards: Board[] = [payments, events, stores, acquirer]
export const dashboardsFolder = join(import.meta.dirname, 'dashboards')

export const fileOf = ({ uid }: Board): string => join(dashboardsFolder, `${uid}.json`)

/** Writes all of them anew. Returns the exit code. */
export function writeDashboards(): number {
  for (const board of boards) writeFileSync(fileOf(board), JSON.stringify(dashboardOf(board), null, 2))
  format()
  console.log(`${boards.length} dashboards in deploy/grafana/dashboards`)
  return 0
}

/** The formatter of the repository has its own way with short lists. */
function format(): void {
  const { status, stderr } = spawnSync('biome', ['format', '--write', dashboardsFolder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`biome format failed: ${stderr}`)
}
