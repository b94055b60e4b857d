/** `npm run dashboards`: writes deploy/grafana/dashboards anew from the boards. */
import { writeDashboards } from '../deploy/grafana/dashboards.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm run dashboards', "Writes Grafana's dashboards anew from deploy/grafana/boards.")

await run(command, writeDashboards)
