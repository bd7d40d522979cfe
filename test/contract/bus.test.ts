import { createMemoryBus } from '../../src/adapters/memory/memory-bus.ts';
import { describeBusContract } from './bus.contract.ts';

describeBusContract('the memory bus', createMemoryBus);
