/** `npm run openapi`: writes docs/openapi.json anew from the contracts. */
import { writeApiDocument } from './openapi/write.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm run openapi', 'Writes docs/openapi.json anew from the contracts.')

await run(command, writeApiDocument)
