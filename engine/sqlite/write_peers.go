package sqlite

import "crossdock/site/books"

// peerWriter holds the statement that writes what was settled after a restore.
type peerWriter struct{ peers *bulk }

func newPeerWriter(p *preparer) peerWriter {
	return peerWriter{p.single(`
		INSERT OR REPLACE INTO peers
		       (site, counted, restated, owed)
		VALUES (?, ?, ?, ?)`)}
}

func (w *peerWriter) write(peers []books.Peer) error {
	w.peers.expect(len(peers))
	for _, peer := range peers {
		row := w.peers.row().text(string(peer.Site)).int(int64(peer.Counted)).int(int64(peer.Restated))
		if err := row.int(int64(peer.Owed)).done(); err != nil {
			return err
		}
	}
	return nil
}
