/** The plugin's entry: serverless-offline loads it by path or by package name. */
export { default } from './src/plugin.ts'
