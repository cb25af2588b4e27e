/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ACPI tells a child about its platform. There is no PCI, no legacy
 * device but those below, and no S4: a guest that can hibernate refuses to give
 * memory back (hv_balloon).
 */
DefinitionBlock ("", "DSDT", 2, "HVPART", "HVPARTWP", 1)
{
    /* SLP_TYP of the sleep control register */
    Name (\_S5, Package () { 5, 5, 0, 0 })

    Scope (\_SB)
    {
        Device (VMOD)
        {
            Name (_HID, "ACPI0004")
            Name (_UID, 0)

            /*
             * The second window belongs at the top of the physical address
             * space: acpi.c finds its marker and puts the real addresses there.
             */
            Name (_CRS, ResourceTemplate ()
            {
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
                    Cacheable, ReadWrite,
                    0x00000000, 0xF8000000, 0xFBFFFFFF, 0x00000000, 0x04000000)
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
                    Cacheable, ReadWrite,
                    0x0000000000000000,
                    0x5642555300000000, 0x56425553FFFFFFFF,
                    0x0000000000000000, 0x0000000100000000)
            })

            Device (VMBS)
            {
                /* Shorter than iasl likes, but the name that guests match. */
                Name (_HID, "VMBUS")
                Name (_UID, 0)
                Name (_STA, 0x0F)
                Name (_CCA, 1)
            }
        }

        Device (UAR0)
        {
            Name (_HID, EisaId ("PNP0501"))
            Name (_UID, 0)
            Name (_STA, 0x0F)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x03F8, 0x03F8, 0x01, 0x08)
                IRQ (Edge, ActiveHigh, Exclusive) { 4 }
            })
        }

        Device (RTC0)
        {
            Name (_HID, EisaId ("PNP0B00"))
            Name (_STA, 0x0F)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x0070, 0x0070, 0x01, 0x02)
            })
        }
    }
}
