import { view } from '../../../atproto/media/bytes';
import { Marker } from '../../../atproto/media/jpeg';
import { UnreadablePicture } from './picture';

/** One colour component of a frame (ITU-T T.81, B.2.2); blocks have 8 by 8 samples. */
export interface Component {
	id: number;
	/** Blocks of an MCU across and down. */
	across: number;
	down: number;
	quantTable: number;
	/** Blocks that the picture needs: what a scan of this component alone holds. */
	blocksAcross: number;
	blocksDown: number;
	/** Blocks in a row of whole MCUs. */
	blocksPerRow: number;
	/** Blocks after blocks, 64 coefficients each: of one row of MCUs, or of all. */
	coefficients: Int16Array;
}

export interface Frame {
	width: number;
	height: number;
	progressive: boolean;
	components: Component[];
	/** Size of an MCU in pixels, and how many there are. */
	mcuWidth: number;
	mcuHeight: number;
	mcusAcross: number;
	mcusDown: number;
}

const NONE = new Int16Array(0);

/**
 * Reads a frame header. Decoded here: baseline, extended and progressive Huffman with 8 bits. Not
 * decoded, and hardly found anywhere: 12 bits, arithmetic coding, lossless, hierarchical.
 *
 * @throws UnreadablePicture
 */
export function readFrame(marker: number, data: Uint8Array): Frame {
	const count = data[5];
	if (marker > Marker.SOF2 || data[0] !== 8 || ![1, 3, 4].includes(count))
		throw new UnreadablePicture('variant');
	if (data.length < 6 + count * 3) throw new UnreadablePicture('damaged');
	const height = view(data).getUint16(1);
	const width = view(data).getUint16(3);
	const told = Array.from({ length: count }, (_, index) => {
		const [id, sampling, quantTable] = data.subarray(6 + index * 3);
		return { id, across: sampling >> 4, down: sampling & 15, quantTable };
	});
	if (height === 0 || width === 0 || told.some(({ across, down }) => !isFactor(across) || !isFactor(down))) {
		throw new UnreadablePicture('damaged');
	}
	// A single component is never interleaved: its MCU is one block (ITU-T T.81, A.2.2).
	const sampled = count === 1 ? [{ ...told[0], across: 1, down: 1 }] : told;
	const mostAcross = Math.max(...sampled.map(({ across }) => across));
	const mostDown = Math.max(...sampled.map(({ down }) => down));
	const mcusAcross = Math.ceil(width / (8 * mostAcross));
	const mcusDown = Math.ceil(height / (8 * mostDown));
	return {
		width,
		height,
		progressive: marker === Marker.SOF2,
		mcuWidth: 8 * mostAcross,
		mcuHeight: 8 * mostDown,
		mcusAcross,
		mcusDown,
		components: sampled.map((component) => ({
			...component,
			blocksAcross: Math.ceil(Math.ceil((width * component.across) / mostAcross) / 8),
			blocksDown: Math.ceil(Math.ceil((height * component.down) / mostDown) / 8),
			blocksPerRow: mcusAcross * component.across,
			coefficients: NONE,
		})),
	};
}

function isFactor(value: number): boolean {
	return value >= 1 && value <= 4;
}

/** Coefficients of one component in `mcuRows` rows of MCUs. */
export function coefficientCount({ blocksPerRow, down }: Component, mcuRows: number): number {
	return blocksPerRow * down * mcuRows * 64;
}
