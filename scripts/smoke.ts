/** `npm run smoke`: every road of a payment through a running system, each answer checked. Exit 0 when all is right, else 1. */
import { Option } from '@commander-js/extra-typings'
import { operatorCommand } from './operate/flags.ts'
import { runSmoke } from './operate/smoke/run-smoke.ts'
import { run, secondsAsMs } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand(
  'npm run smoke',
  `Pays through a running API: in one piece, in parts, in one call; is refused, voids and refunds. Checks every answer and
the books. Needs nothing but HTTP.
FEE_BASIS_POINTS, FEE_FIXED and SETTLEMENT_TERMS say what fee and VAT are right when the API under test does not have
the default ones.
It signs no request: an API behind aws_iam, as every deployed one, refuses it (docs/deploy.md).`,
)
  .option('--api <url>', 'the API to test, such as http://127.0.0.1:8080; else API_URL')
  .addOption(
    new Option('--deadline <seconds>', 'how long readiness, fee entries and events are each waited for')
      .argParser(secondsAsMs)
      .default(30_000, '30'),
  )
  .option('--junit <file>', 'also write the results as JUnit XML')
  .option(...JSON_FLAG)

await run(command, runSmoke)
