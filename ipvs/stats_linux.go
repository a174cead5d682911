package ipvs

import "fmt"

func (k *kernel) Stats(keys ...Key) ([]ServiceStats, error) {
	var list []ServiceStats
	note := func(b []byte) error {
		e, err := decodeService(b)
		if err != nil {
			return err
		}
		s := ServiceStats{Key: e.Key}
		s.Counters, err = decodeCounters(b, svcAttrStats, svcAttrStats64)
		list = append(list, s)
		return err
	}
	if len(keys) == 0 {
		if _, err := k.genl.services(note); err != nil {
			return nil, err
		}
	}
	for _, key := range keys {
		if err := k.genl.service(key, note); err != nil {
			return nil, fmt.Errorf("%v: %w", key, err)
		}
	}
	for i := range list {
		s := &list[i]
		err := k.genl.destinations(s.Key, func(d Destination, b []byte) (err error) {
			stats := DestinationStats{Address: d.Address, Weight: d.Weight}
			if stats.Counters, err = decodeCounters(b, destAttrStats, destAttrStats64); err != nil {
				return err
			}
			stats.Active, stats.Inactive, stats.Persistent, err = decodeConnections(b)
			s.Destinations = append(s.Destinations, stats)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%v: %w", s.Key, err)
		}
	}
	return list, nil
}
