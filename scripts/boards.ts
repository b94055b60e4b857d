/** `npm run boards`: draws the dashboards of deploy/grafana from the Prometheus of a running system. */
import { join } from 'node:path'
import { Argument } from '@commander-js/extra-typings'
import { drawBoards } from './lab/boards/draw-boards.ts'
import { projectRoot } from './local/paths.ts'
import { npmCommand, positiveNumber, run } from './terminal/command.ts'

const names = ['payments', 'events', 'stores', 'acquirer'] as const

const command = npmCommand(
  'npm run boards',
  'Draws the dashboards of deploy/grafana as pictures, from the Prometheus of a running `npm start -- --with-metrics`.',
)
  .option('--minutes <n>', 'how far back', positiveNumber, 15)
  .option('--out <folder>', 'where to', join(projectRoot, '.data/boards'))
  .addArgument(new Argument('[boards...]', 'which').choices(names).default(names))

await run(command, ({ minutes, out }, boards) => drawBoards({ boards, minutes, out }))
