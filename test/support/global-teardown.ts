import { stopKept } from './shared-servers';

export default stopKept;
