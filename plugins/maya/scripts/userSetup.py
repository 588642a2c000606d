"""Maya runs the userSetup.py of every module when it starts; ours waits until the window is there."""

import maya.utils

maya.utils.executeDeferred("import farmdeck_maya; farmdeck_maya.start()")
