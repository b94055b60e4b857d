/** `npm run package`: packages every function for a stage, and checks what came out: size, content, cold import. */
import { packageAndCheck } from '../deploy/package/package-and-check.ts'
import { collected, npmCommand, positiveNumber, run } from './terminal/command.ts'

const command = npmCommand('npm run package', 'Packages every function for a stage, and checks what came out.')
  .option('--stage <name>', 'a stage that deploy/stages/ describes', 'dev')
  .option('--region <name>', 'where it will be deployed')
  .option('--param <name=value>', 'what the stage must be told (docs/deploy.md); may be repeated', collected)
  .option('--runs <n>', 'how many fresh processes import each bundle', positiveNumber, 5)
  .addHelpText('after', '\nThe zips and the CloudFormation template are left in .serverless/.')

await run(command, packageAndCheck)
