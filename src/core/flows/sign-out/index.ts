export { SignOut } from './service.ts'
