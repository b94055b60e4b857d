/** Imported first: the pages of the console are looked at in every language, width and scheme. */
import '../whole-files.ts'

process.env.CONSOLE_LOOKS = 'all'
