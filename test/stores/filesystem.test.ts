import { systemRandom } from '../../src/kernel/random.ts'
import { FileSessionStore } from '../../src/stores/filesystem/sessions.ts'
import { anAccount, sessionStoreContract } from '../../src/testing/index.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { sessionStoreModel } from './session-model.ts'

const open = async (folder = `${temporaryFolder()}/sessions`) => ({
  store: await FileSessionStore.open(folder, systemRandom),
  account: anAccount(),
})

sessionStoreContract('filesystem', () => open())
sessionStoreModel('filesystem', () => open())
