-- The action behind the menu entry; also for toolbars and shortcuts (Customize > Hotkey Editor, group Farmdeck).
macroScript Farmdeck_Open
category:"Farmdeck"
buttonText:"Open Farmdeck"
tooltip:"Submit this scene to a render farm, and watch its jobs"
iconName:"farmdeck"
(
    on execute do python.Execute "import farmdeck_max; farmdeck_max.show()"
)
