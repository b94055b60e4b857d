/** `npm run recon`: the files of the acquirer and the bank: which came, what is in them, and taking one by hand. */
import { reconCommand } from './operate/recon/recon-command.ts'
import { runRecon } from './operate/recon/run-recon.ts'
import { run } from './terminal/command.ts'

await run(reconCommand, (flags, words) => runRecon({ words, ...flags }))
